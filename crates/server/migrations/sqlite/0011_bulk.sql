-- Bulk changes, for as long as they can be undone. `request`: what was asked for, as JSON, without ids.
CREATE TABLE bulk_change (
    org_id   TEXT NOT NULL,
    id       TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    request  TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    undone   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, agent_id) REFERENCES agent (org_id, id)
);

-- What a bulk change is of: conversations or contacts. `state`: waiting, changed, unchanged, failed, undone, kept. `before`: the
-- status or assignee that a conversation had; nothing where a tag or list was changed, or nobody was assigned. `reason`: why it failed or was kept.
CREATE TABLE bulk_item (
    org_id     TEXT NOT NULL,
    bulk_id    TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    state      TEXT NOT NULL,
    before     TEXT,
    reason     TEXT,
    PRIMARY KEY (org_id, bulk_id, subject_id),
    FOREIGN KEY (org_id, bulk_id) REFERENCES bulk_change (org_id, id)
);
CREATE INDEX bulk_item_by_state ON bulk_item (org_id, bulk_id, state, subject_id);
