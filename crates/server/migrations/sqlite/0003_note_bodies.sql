-- The texts of notes, apart from everything else about them: a later migration may add columns to contact_note and
-- conversation_note as it likes, and whatever else has a text of its own (a version, a search index) can lie beside.
--
-- These two tables keep their columns for ever: a column after `body`, or a long one before it, would move the text into
-- the part of a row that SQLite copies and doesn't overwrite (src/ballast.rs). A text goes with its note.

CREATE TABLE contact_note_body (
    org_id  TEXT NOT NULL,
    note_id TEXT NOT NULL,
    ballast BLOB NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (org_id, note_id),
    FOREIGN KEY (org_id, note_id) REFERENCES contact_note (org_id, id) ON DELETE CASCADE
);

CREATE TABLE conversation_note_body (
    org_id  TEXT NOT NULL,
    note_id TEXT NOT NULL,
    ballast BLOB NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (org_id, note_id),
    FOREIGN KEY (org_id, note_id) REFERENCES conversation_note (org_id, id) ON DELETE CASCADE
);

-- The columns before the ballast are 120 bytes fewer than they were: the ballast makes up for them.
INSERT INTO contact_note_body (org_id, note_id, ballast, body)
SELECT org_id, id, zeroblob(length(ballast) + 120), body FROM contact_note;
INSERT INTO conversation_note_body (org_id, note_id, ballast, body)
SELECT org_id, id, zeroblob(length(ballast) + 120), body FROM conversation_note;

ALTER TABLE contact_note DROP COLUMN body;
ALTER TABLE contact_note DROP COLUMN ballast;
ALTER TABLE conversation_note DROP COLUMN body;
ALTER TABLE conversation_note DROP COLUMN ballast;
