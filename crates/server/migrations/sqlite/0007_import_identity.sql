-- An import knows a letter by its sender, date, subject and text: programs give one Message-ID to several letters, and
-- archives keep a letter without it. Of messages that were imported before, only the Message-ID is known.
ALTER TABLE message ADD COLUMN source_hash TEXT;
DROP INDEX message_by_source;
CREATE UNIQUE INDEX message_by_source ON message (org_id, source_hash, conversation_id) WHERE source_hash IS NOT NULL;
