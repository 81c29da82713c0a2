-- The search: which texts have which words. Terms only, no text; docs/decisions/search-index.md.
--
-- Beginnings of one to eight, ten and twelve letters, behind the eight of an organization's mark, have lists of their own: a
-- search for a beginning otherwise reads the list of every word that has it.
--
-- The tables without content are told the terms again when a text goes. `secure-delete` takes a deleted term out of the
-- index at once, not with a later merge.
CREATE TABLE search_org (
    number INTEGER PRIMARY KEY NOT NULL,
    org_id TEXT NOT NULL UNIQUE REFERENCES org (id)
);

CREATE VIRTUAL TABLE contact_search USING fts5 (
    terms, detail = none, columnsize = 0, tokenize = 'ascii',
    prefix = '9 10 11 12 13 14 15 16 18 20'
);
CREATE VIRTUAL TABLE message_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii',
    prefix = '9 10 11 12 13 14 15 16 18 20'
);
CREATE VIRTUAL TABLE contact_note_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii',
    prefix = '9 10 11 12 13 14 15 16 18 20'
);
CREATE VIRTUAL TABLE conversation_note_search USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = 'ascii',
    prefix = '9 10 11 12 13 14 15 16 18 20'
);
INSERT INTO contact_search (contact_search, rank) VALUES ('secure-delete', 1);
INSERT INTO message_search (message_search, rank) VALUES ('secure-delete', 1);
INSERT INTO contact_note_search (contact_note_search, rank) VALUES ('secure-delete', 1);
INSERT INTO conversation_note_search (conversation_note_search, rank) VALUES ('secure-delete', 1);

-- From a place in the organization's order to what is there.
CREATE INDEX contact_by_seq ON contact (org_id, seq);
CREATE INDEX message_by_org_seq ON message (org_id, seq);
CREATE INDEX contact_note_by_seq ON contact_note (org_id, seq);
CREATE INDEX conversation_note_by_seq ON conversation_note (org_id, seq);

-- In the order in which they are read: SQLite otherwise prefers to scan every address of the organization.
DROP INDEX contact_address_by_contact;
CREATE INDEX contact_address_by_contact ON contact_address (org_id, contact_id, kind, address);
