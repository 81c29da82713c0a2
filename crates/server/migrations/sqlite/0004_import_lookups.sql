-- An import looks for the messages that earlier imports stored, by their Message-IDs, in whatever conversation they are.
-- With the conversation in it, since SQLite otherwise prefers to scan message_by_source, which has it.
CREATE INDEX message_by_source_key ON message (org_id, source_key, conversation_id) WHERE source_key IS NOT NULL;
