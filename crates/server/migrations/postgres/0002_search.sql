-- The search: which texts have which words. Terms only, no text; docs/decisions/search-index.md.
--
-- Without a list of pending entries, which would hold terms beside the index.
CREATE TABLE contact_search (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    seq    BIGINT NOT NULL,
    terms  TSVECTOR NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE INDEX contact_search_terms ON contact_search USING gin (terms) WITH (fastupdate = off);

CREATE TABLE message_search (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    seq    BIGINT NOT NULL,
    terms  TSVECTOR NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE INDEX message_search_terms ON message_search USING gin (terms) WITH (fastupdate = off);

CREATE TABLE contact_note_search (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    seq    BIGINT NOT NULL,
    terms  TSVECTOR NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE INDEX contact_note_search_terms ON contact_note_search USING gin (terms) WITH (fastupdate = off);

CREATE TABLE conversation_note_search (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    seq    BIGINT NOT NULL,
    terms  TSVECTOR NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE INDEX conversation_note_search_terms ON conversation_note_search USING gin (terms) WITH (fastupdate = off);

-- ANALYZE would copy terms into the statistics.
ALTER TABLE contact_search ALTER COLUMN terms SET STATISTICS 0;
ALTER TABLE message_search ALTER COLUMN terms SET STATISTICS 0;
ALTER TABLE contact_note_search ALTER COLUMN terms SET STATISTICS 0;
ALTER TABLE conversation_note_search ALTER COLUMN terms SET STATISTICS 0;

-- How far each organization's texts are listed. Nodes of the version before list nothing: the texts that they store are
-- listed afterwards.
CREATE TABLE search_progress (
    org_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES org (id),
    seq    BIGINT NOT NULL
);

-- From a place in the organization's order to what is there.
CREATE INDEX contact_by_seq ON contact (org_id, seq);
CREATE INDEX message_by_org_seq ON message (org_id, seq);
CREATE INDEX contact_note_by_seq ON contact_note (org_id, seq);
CREATE INDEX conversation_note_by_seq ON conversation_note (org_id, seq);
