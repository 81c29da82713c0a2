-- Ids are text (hyphenated UUIDs), times integer milliseconds since 1970 UTC.
-- Every table that holds an organization's data starts its key with org_id: another organization's same id never collides.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

-- `seq` is the head of the organization's one order of changes; the row's lock makes commit order equal to it.
CREATE TABLE org (
    id   TEXT PRIMARY KEY NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    seq  INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE agent (
    org_id        TEXT NOT NULL REFERENCES org (id),
    id            TEXT NOT NULL,
    email         TEXT NOT NULL UNIQUE, -- lower-cased; unique over all organizations
    name          TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('agent', 'admin')),
    password_hash TEXT NOT NULL,
    settings      TEXT NOT NULL DEFAULT '{}',
    joined_seq    INTEGER NOT NULL, -- what came before is not unread to a newcomer
    removed_at    INTEGER,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE session (
    token_hash   TEXT PRIMARY KEY NOT NULL, -- SHA-256 of the cookie's value
    org_id       TEXT NOT NULL,
    agent_id     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    FOREIGN KEY (org_id, agent_id) REFERENCES agent (org_id, id)
);
CREATE INDEX session_by_agent ON session (org_id, agent_id);

CREATE TABLE channel (
    org_id TEXT NOT NULL REFERENCES org (id),
    id     TEXT NOT NULL,
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE contact (
    org_id          TEXT NOT NULL REFERENCES org (id),
    id              TEXT NOT NULL,
    name            TEXT NOT NULL,
    email           TEXT,
    phone           TEXT,
    external_id     TEXT,
    address         TEXT,
    birthday        TEXT,
    language        TEXT,
    default_channel TEXT,
    time_zone       TEXT,
    blocked         INTEGER NOT NULL DEFAULT 0,
    unsubscribed    INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    rev             INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- Where a contact is reached; one address belongs to one contact.
CREATE TABLE contact_address (
    org_id     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    address    TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    PRIMARY KEY (org_id, kind, address),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id)
);
CREATE INDEX contact_address_by_contact ON contact_address (org_id, contact_id);

CREATE TABLE tag (
    org_id TEXT NOT NULL REFERENCES org (id),
    name   TEXT NOT NULL,
    color  INTEGER NOT NULL,
    PRIMARY KEY (org_id, name)
);

CREATE TABLE contact_tag (
    org_id     TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    tag        TEXT NOT NULL,
    PRIMARY KEY (org_id, contact_id, tag),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, tag) REFERENCES tag (org_id, name)
);

CREATE TABLE contact_list (
    org_id TEXT NOT NULL REFERENCES org (id),
    id     TEXT NOT NULL,
    name   TEXT NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE contact_list_member (
    org_id     TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    list_id    TEXT NOT NULL,
    PRIMARY KEY (org_id, contact_id, list_id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, list_id) REFERENCES contact_list (org_id, id)
);

-- `last_at` moves with messages and conversation notes: an agents' column, never read for a contact.
-- `last_position` counts messages only: the contact's own order.
CREATE TABLE conversation (
    org_id        TEXT NOT NULL REFERENCES org (id),
    id            TEXT NOT NULL,
    contact_id    TEXT NOT NULL,
    channel_id    TEXT NOT NULL,
    thread_key    TEXT, -- what an import or a channel knows the thread by
    status        TEXT NOT NULL CHECK (status IN ('open', 'automated', 'closed')),
    assignee_id   TEXT,
    last_at       INTEGER NOT NULL,
    last_in_seq   INTEGER NOT NULL DEFAULT 0,
    last_position INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    seq           INTEGER NOT NULL,
    rev           INTEGER NOT NULL,
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
    org_id          TEXT NOT NULL REFERENCES org (id),
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    position        INTEGER NOT NULL,
    direction       TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    author_id       TEXT,
    body            TEXT NOT NULL,
    source_key      TEXT, -- the Message-ID of imported mail
    delivery        TEXT NOT NULL, -- 'delivered' or 'failed:<reason>'
    created_at      INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
    FOREIGN KEY (org_id, author_id) REFERENCES agent (org_id, id)
);
CREATE UNIQUE INDEX message_by_position ON message (org_id, conversation_id, position);
CREATE INDEX message_by_seq ON message (org_id, conversation_id, seq);
CREATE UNIQUE INDEX message_by_source ON message (org_id, conversation_id, source_key);

CREATE TABLE attachment (
    org_id     TEXT NOT NULL,
    message_id TEXT NOT NULL,
    n          INTEGER NOT NULL,
    name       TEXT NOT NULL,
    size       INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    PRIMARY KEY (org_id, message_id, n),
    FOREIGN KEY (org_id, message_id) REFERENCES message (org_id, id)
);

-- Notes: two kinds, two tables. A row whose deleted_at is set is inside its undo window; afterwards the row is gone
-- and only its tombstone, which never held the text, remains.
CREATE TABLE contact_note (
    org_id          TEXT NOT NULL REFERENCES org (id),
    id              TEXT NOT NULL,
    contact_id      TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    author_id       TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    rev             INTEGER NOT NULL,
    deleted_at      INTEGER,
    ballast         BLOB NOT NULL, -- pushes the text out of the part of a row that SQLite may copy: src/ballast.rs
    body            TEXT NOT NULL, -- last, and it must stay last
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
    FOREIGN KEY (org_id, author_id) REFERENCES agent (org_id, id)
);
CREATE INDEX contact_note_by_contact ON contact_note (org_id, contact_id, seq);
CREATE INDEX contact_note_deleted ON contact_note (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE contact_note_tombstone (
    org_id           TEXT NOT NULL REFERENCES org (id),
    id               TEXT NOT NULL,
    contact_id       TEXT NOT NULL,
    deleted_by       TEXT NOT NULL,
    restorable_until INTEGER, -- NULL when the id had never been seen
    rev              INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
);

CREATE TABLE conversation_note (
    org_id          TEXT NOT NULL REFERENCES org (id),
    id              TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    author_id       TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    rev             INTEGER NOT NULL,
    deleted_at      INTEGER,
    ballast         BLOB NOT NULL, -- pushes the text out of the part of a row that SQLite may copy: src/ballast.rs
    body            TEXT NOT NULL, -- last, and it must stay last
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, conversation_id) REFERENCES conversation (org_id, id),
    FOREIGN KEY (org_id, author_id) REFERENCES agent (org_id, id)
);
CREATE INDEX conversation_note_by_conversation ON conversation_note (org_id, conversation_id, seq);
CREATE INDEX conversation_note_deleted ON conversation_note (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE conversation_note_tombstone (
    org_id           TEXT NOT NULL REFERENCES org (id),
    id               TEXT NOT NULL,
    conversation_id  TEXT NOT NULL,
    deleted_by       TEXT NOT NULL,
    restorable_until INTEGER, -- NULL when the id had never been seen
    rev              INTEGER NOT NULL,
    PRIMARY KEY (org_id, id)
);

-- How far each agent has read a conversation, and seen a contact's notes.
CREATE TABLE read_mark (
    org_id          TEXT NOT NULL,
    agent_id        TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    seq             INTEGER NOT NULL,
    PRIMARY KEY (org_id, agent_id, conversation_id)
);

CREATE TABLE seen_mark (
    org_id     TEXT NOT NULL,
    agent_id   TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (org_id, agent_id, contact_id)
);

-- The log of changes: ids only, never a text. What an event carries is read from the live row when it is sent.
CREATE TABLE event (
    org_id     TEXT NOT NULL REFERENCES org (id),
    seq        INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    parent_id  TEXT, -- the contact or conversation of a deleted note
    actor_id   TEXT,
    at         INTEGER NOT NULL,
    PRIMARY KEY (org_id, seq)
);

CREATE TABLE activity (
    org_id          TEXT NOT NULL REFERENCES org (id),
    seq             INTEGER NOT NULL,
    contact_id      TEXT NOT NULL,
    kind            TEXT NOT NULL,
    actor_id        TEXT,
    conversation_id TEXT,
    subject         TEXT,
    at              INTEGER NOT NULL,
    PRIMARY KEY (org_id, seq)
);
CREATE INDEX activity_by_contact ON activity (org_id, contact_id, seq);

-- Visitors of the web chat. Nothing but the token exists before the first message.
CREATE TABLE visitor (
    token_hash      TEXT PRIMARY KEY NOT NULL,
    org_id          TEXT NOT NULL REFERENCES org (id),
    conversation_id TEXT, -- set with the first message
    created_at      INTEGER NOT NULL
);
