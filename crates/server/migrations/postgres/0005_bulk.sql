-- Bulk changes, for as long as they can be undone. `request`: what was asked for, as JSON, without ids.
CREATE TABLE bulk_change (
    org_id   TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    agent_id TEXT COLLATE "C" NOT NULL,
    request  TEXT COLLATE "C" NOT NULL,
    begun_at BIGINT NOT NULL,
    undone   BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, agent_id) REFERENCES agent (org_id, id)
);

-- What a bulk change is of: conversations or contacts. `state`: waiting, changed, unchanged, failed, undone, kept. `before`: the
-- status or assignee that a conversation had; nothing where a tag or list was changed, or nobody was assigned. `reason`: why it failed or was kept.
CREATE TABLE bulk_item (
    org_id     TEXT COLLATE "C" NOT NULL,
    bulk_id    TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    before     TEXT COLLATE "C",
    reason     TEXT COLLATE "C",
    PRIMARY KEY (org_id, bulk_id, subject_id),
    FOREIGN KEY (org_id, bulk_id) REFERENCES bulk_change (org_id, id)
);
CREATE INDEX bulk_item_by_state ON bulk_item (org_id, bulk_id, state, subject_id);
