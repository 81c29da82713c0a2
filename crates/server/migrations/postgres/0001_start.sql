-- The tables and columns of migrations/sqlite, as Postgres writes them. Both engines take the same statements: ids are text
-- (hyphenated UUIDs), times integer milliseconds since 1970 UTC. Texts that are compared or sorted are in the order of
-- their bytes (COLLATE "C"), as in SQLite.
-- Every table that holds an organization's data starts its key with org_id: another organization's same id never collides.

CREATE TABLE meta (
    key   TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    value TEXT COLLATE "C" NOT NULL
);

-- The tables whose files hold deleted text: they are to be rewritten.
CREATE TABLE rewrite_due (
    relation TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    request  TEXT COLLATE "C" NOT NULL -- differs with each request
);

-- The buckets of rate limits that are not full, for all nodes: by the hash of whom they limit, and when they are full again.
-- On SQLite they are in memory. They are few, always changing, and not worth a line in the log.
CREATE UNLOGGED TABLE rate_limit (
    key     TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    full_at BIGINT NOT NULL
) WITH (fillfactor = 50);

-- `seq` is the head of the organization's one order of changes; the row's lock makes commit order equal to it.
CREATE TABLE org (
    id   TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    seq  BIGINT NOT NULL DEFAULT 0,
    access_rev BIGINT NOT NULL DEFAULT 0 -- grows whenever a session or token ends, or an agent is removed
-- Every change updates its row: room for the new versions on the same page, and a vacuum before they are many.
) WITH (fillfactor = 25, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

CREATE TABLE agent (
    org_id        TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id            TEXT COLLATE "C" NOT NULL,
    email         TEXT COLLATE "C" NOT NULL UNIQUE, -- lower-cased; unique over all organizations
    name          TEXT COLLATE "C" NOT NULL,
    role          TEXT COLLATE "C" NOT NULL CHECK (role IN ('agent', 'admin')),
    password_hash TEXT NOT NULL,
    settings      TEXT NOT NULL DEFAULT '{}',
    joined_seq    BIGINT NOT NULL, -- what came before is not unread to a newcomer
    removed_at    BIGINT,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE session (
    token_hash   TEXT COLLATE "C" PRIMARY KEY NOT NULL, -- SHA-256 of the cookie's value
    org_id       TEXT COLLATE "C" NOT NULL,
    agent_id     TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    FOREIGN KEY (org_id, agent_id) REFERENCES agent (org_id, id)
);
CREATE INDEX session_by_agent ON session (org_id, agent_id);

CREATE TABLE channel (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id     TEXT COLLATE "C" NOT NULL,
    kind   TEXT COLLATE "C" NOT NULL,
    name   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE contact (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id              TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    email           TEXT COLLATE "C",
    phone           TEXT COLLATE "C",
    external_id     TEXT COLLATE "C",
    address         TEXT COLLATE "C",
    birthday        TEXT COLLATE "C",
    language        TEXT COLLATE "C",
    default_channel TEXT COLLATE "C",
    time_zone       TEXT COLLATE "C",
    blocked         BOOLEAN NOT NULL DEFAULT FALSE,
    unsubscribed    BOOLEAN NOT NULL DEFAULT FALSE,
    created_at      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    rev             BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- Where a contact is reached; one address belongs to one contact.
CREATE TABLE contact_address (
    org_id     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    address    TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, kind, address),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id)
);
CREATE INDEX contact_address_by_contact ON contact_address (org_id, contact_id);

CREATE TABLE tag (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    name   TEXT COLLATE "C" NOT NULL,
    color  BIGINT NOT NULL,
    PRIMARY KEY (org_id, name)
);

CREATE TABLE contact_tag (
    org_id     TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    tag        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, contact_id, tag),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, tag) REFERENCES tag (org_id, name)
);

CREATE TABLE contact_list (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id     TEXT COLLATE "C" NOT NULL,
    name   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE contact_list_member (
    org_id     TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    list_id    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, contact_id, list_id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, list_id) REFERENCES contact_list (org_id, id)
);

-- `last_at` moves with messages and conversation notes: an agents' column, never read for a contact.
-- `last_position` counts messages only: the contact's own order.
CREATE TABLE conversation (
    org_id        TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id            TEXT COLLATE "C" NOT NULL,
    contact_id    TEXT COLLATE "C" NOT NULL,
    channel_id    TEXT COLLATE "C" NOT NULL,
    thread_key    TEXT COLLATE "C", -- what an import or a channel knows the thread by
    status        TEXT COLLATE "C" NOT NULL CHECK (status IN ('open', 'automated', 'closed')),
    assignee_id   TEXT COLLATE "C",
    last_at       BIGINT NOT NULL,
    last_in_seq   BIGINT NOT NULL DEFAULT 0,
    last_position BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    seq           BIGINT NOT NULL,
    rev           BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, channel_id) REFERENCES channel (org_id, id),
    FOREIGN KEY (org_id, assignee_id) REFERENCES agent (org_id, id)
);
CREATE INDEX conversation_by_last ON conversation (org_id, last_at, id);
CREATE INDEX conversation_by_status ON conversation (org_id, status, last_at, id);
CREATE INDEX conversation_by_assignee ON conversation (org_id, assignee_id, last_at, id);
CREATE INDEX conversation_by_contact ON conversation (org_id, contact_id, last_at, id);
CREATE UNIQUE INDEX conversation_by_thread ON conversation (org_id, channel_id, contact_id, thread_key);

CREATE TABLE message (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id              TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    direction       TEXT COLLATE "C" NOT NULL CHECK (direction IN ('in', 'out')),
    author_id       TEXT COLLATE "C",
    body            TEXT NOT NULL,
    source_key      TEXT COLLATE "C", -- the Message-ID of imported mail
    delivery        TEXT COLLATE "C" NOT NULL, -- 'delivered' or 'failed:<reason>'
    created_at      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    source_hash     TEXT COLLATE "C", -- of imported mail: its sender, date, subject and text
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
    FOREIGN KEY (org_id, author_id) REFERENCES agent (org_id, id)
);
CREATE UNIQUE INDEX message_by_position ON message (org_id, conversation_id, position);
CREATE INDEX message_by_seq ON message (org_id, conversation_id, seq);
CREATE INDEX message_by_source_key ON message (org_id, source_key, conversation_id) WHERE source_key IS NOT NULL;
CREATE UNIQUE INDEX message_by_source ON message (org_id, source_hash, conversation_id) WHERE source_hash IS NOT NULL;

CREATE TABLE attachment (
    org_id     TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    n          BIGINT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    size       BIGINT NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (org_id, message_id, n),
    FOREIGN KEY (org_id, message_id) REFERENCES message (org_id, id)
);

-- Notes: two kinds, two tables. A row whose deleted_at is set is inside its undo window; afterwards the row is gone
-- and only its tombstone, which never held the text, remains.
CREATE TABLE contact_note (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id              TEXT COLLATE "C" NOT NULL,
    contact_id      TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    author_id       TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    rev             BIGINT NOT NULL,
    deleted_at      BIGINT,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
    FOREIGN KEY (org_id, author_id) REFERENCES agent (org_id, id)
);
CREATE INDEX contact_note_by_contact ON contact_note (org_id, contact_id, seq);
CREATE INDEX contact_note_deleted ON contact_note (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE contact_note_tombstone (
    org_id           TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id               TEXT COLLATE "C" NOT NULL,
    contact_id       TEXT COLLATE "C" NOT NULL,
    deleted_by       TEXT COLLATE "C" NOT NULL,
    restorable_until BIGINT, -- NULL when the id had never been seen
    rev              BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE conversation_note (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id              TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    author_id       TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    seq             BIGINT NOT NULL,
    rev             BIGINT NOT NULL,
    deleted_at      BIGINT,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
    FOREIGN KEY (org_id, author_id) REFERENCES agent (org_id, id)
);
CREATE INDEX conversation_note_by_conversation ON conversation_note (org_id, conversation_id, seq);
CREATE INDEX conversation_note_deleted ON conversation_note (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE conversation_note_tombstone (
    org_id           TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id               TEXT COLLATE "C" NOT NULL,
    conversation_id  TEXT COLLATE "C" NOT NULL,
    deleted_by       TEXT COLLATE "C" NOT NULL,
    restorable_until BIGINT, -- NULL when the id had never been seen
    rev              BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- How far each agent has read a conversation, and seen a contact's notes.
CREATE TABLE read_mark (
    org_id          TEXT COLLATE "C" NOT NULL,
    agent_id        TEXT COLLATE "C" NOT NULL,
    conversation_id TEXT COLLATE "C" NOT NULL,
    seq             BIGINT NOT NULL,
    PRIMARY KEY (org_id, agent_id, conversation_id)
);

CREATE TABLE seen_mark (
    org_id     TEXT COLLATE "C" NOT NULL,
    agent_id   TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    seq        BIGINT NOT NULL,
    PRIMARY KEY (org_id, agent_id, contact_id)
);

-- The log of changes: ids only, never a text. What an event carries is read from the live row when it is sent.
CREATE TABLE event (
    org_id     TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    seq        BIGINT NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    parent_id  TEXT COLLATE "C", -- the contact or conversation of a deleted note
    actor_id   TEXT COLLATE "C",
    at         BIGINT NOT NULL,
    PRIMARY KEY (org_id, seq)
);

CREATE TABLE activity (
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    seq             BIGINT NOT NULL,
    contact_id      TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    actor_id        TEXT COLLATE "C",
    conversation_id TEXT COLLATE "C",
    subject         TEXT COLLATE "C",
    at              BIGINT NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE INDEX activity_by_contact ON activity (org_id, contact_id, seq);

-- Visitors of the web chat. Nothing but the token exists before the first message.
CREATE TABLE visitor (
    token_hash      TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    org_id          TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    conversation_id TEXT COLLATE "C", -- set with the first message
    created_at      BIGINT NOT NULL
);
-- The widget in other products' pages: which back ends may ask for tokens, which pages may use them, and the tokens.

CREATE TABLE embed_key (
    org_id     TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id         TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    key_hash   TEXT COLLATE "C" NOT NULL UNIQUE, -- SHA-256
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);

CREATE TABLE embed_origin (
    org_id TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    origin TEXT COLLATE "C" NOT NULL, -- scheme://host[:port], as browsers write it
    PRIMARY KEY (org_id, origin)
);
CREATE INDEX embed_origin_by_origin ON embed_origin (origin);

CREATE TABLE embed_token (
    token_hash TEXT COLLATE "C" PRIMARY KEY NOT NULL, -- SHA-256
    org_id     TEXT COLLATE "C" NOT NULL,
    agent_id   TEXT COLLATE "C" NOT NULL,
    key_id     TEXT COLLATE "C" NOT NULL,
    origin     TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (org_id, agent_id) REFERENCES agent (org_id, id),
    FOREIGN KEY (org_id, key_id) REFERENCES embed_key (org_id, id),
    FOREIGN KEY (org_id, origin) REFERENCES embed_origin (org_id, origin)
);
CREATE INDEX embed_token_by_agent ON embed_token (org_id, agent_id);

-- The texts of notes. The column `ballast` is the padding of SQLite's rows; here it is empty. A text goes with its note.
CREATE TABLE contact_note_body (
    org_id  TEXT COLLATE "C" NOT NULL,
    note_id TEXT COLLATE "C" NOT NULL,
    ballast BYTEA NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (org_id, note_id),
    FOREIGN KEY (org_id, note_id) REFERENCES contact_note (org_id, id) ON DELETE CASCADE
);

CREATE TABLE conversation_note_body (
    org_id  TEXT COLLATE "C" NOT NULL,
    note_id TEXT COLLATE "C" NOT NULL,
    ballast BYTEA NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (org_id, note_id),
    FOREIGN KEY (org_id, note_id) REFERENCES conversation_note (org_id, id) ON DELETE CASCADE
);

-- The contacts of whom everything was erased: ids alone, for ever. `erased_by`: NULL for a command of the server.
CREATE TABLE contact_tombstone (
    org_id    TEXT COLLATE "C" NOT NULL REFERENCES org (id),
    id        TEXT COLLATE "C" NOT NULL,
    erased_by TEXT COLLATE "C",
    erased_at BIGINT NOT NULL,
    rev       BIGINT NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- An ANALYZE copies values into the statistics, where a deletion doesn't reach them. None of texts and of who a person is.
ALTER TABLE contact_note_body ALTER COLUMN body SET STATISTICS 0;
ALTER TABLE conversation_note_body ALTER COLUMN body SET STATISTICS 0;
ALTER TABLE message ALTER COLUMN body SET STATISTICS 0, ALTER COLUMN source_key SET STATISTICS 0,
    ALTER COLUMN source_hash SET STATISTICS 0, ALTER COLUMN delivery SET STATISTICS 0;
ALTER TABLE attachment ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN media_type SET STATISTICS 0;
ALTER TABLE conversation ALTER COLUMN thread_key SET STATISTICS 0;
ALTER TABLE contact ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN email SET STATISTICS 0,
    ALTER COLUMN phone SET STATISTICS 0, ALTER COLUMN external_id SET STATISTICS 0,
    ALTER COLUMN address SET STATISTICS 0, ALTER COLUMN birthday SET STATISTICS 0;
ALTER TABLE contact_address ALTER COLUMN address SET STATISTICS 0;
ALTER TABLE contact_tag ALTER COLUMN tag SET STATISTICS 0;
ALTER TABLE tag ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE activity ALTER COLUMN subject SET STATISTICS 0;
