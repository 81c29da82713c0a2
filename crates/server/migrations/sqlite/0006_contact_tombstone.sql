-- The contacts of whom everything was erased. Ids alone, for ever: a restored backup must not bring a person back, who may
-- not even be in the database any more. `erased_by`: NULL for a command of the server.
CREATE TABLE contact_tombstone (
    org_id    TEXT NOT NULL REFERENCES org (id),
    id        TEXT NOT NULL,
    erased_by TEXT,
    erased_at INTEGER NOT NULL,
    rev       INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
);
