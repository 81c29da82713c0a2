-- The contacts who were merged into another one: their ids stand for the other one. `into_id`: the one who was chosen;
-- `root_id`: the one who is there, also after that one was merged too. `seq`: the merge's position in the organization's order.
-- `undo`: what of the other contact the merge changed, as JSON; NULL when it can't be undone any more.
CREATE TABLE contact_merge (
    org_id     TEXT COLLATE "C" NOT NULL,
    contact_id TEXT COLLATE "C" NOT NULL,
    into_id    TEXT COLLATE "C" NOT NULL,
    root_id    TEXT COLLATE "C" NOT NULL,
    merged_by  TEXT COLLATE "C" NOT NULL,
    merged_at  BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    undo       TEXT COLLATE "C",
    PRIMARY KEY (org_id, contact_id),
    FOREIGN KEY (org_id, contact_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, into_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, root_id) REFERENCES contact (org_id, id),
    FOREIGN KEY (org_id, merged_by) REFERENCES agent (org_id, id)
);
CREATE INDEX contact_merge_by_root ON contact_merge (org_id, root_id);
CREATE INDEX contact_merge_by_seq ON contact_merge (org_id, seq);

-- The contact with whom a conversation was begun, where merges have moved it: a merge that is undone gives it back.
ALTER TABLE conversation ADD COLUMN origin_id TEXT COLLATE "C";

-- Two contacts who are merged may both have a conversation in one thread.
DROP INDEX conversation_by_thread;
CREATE UNIQUE INDEX conversation_by_thread
    ON conversation (org_id, channel_id, (COALESCE(origin_id, contact_id)), thread_key);
