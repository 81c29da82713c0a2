-- Grows whenever a session or token ends, or an agent is removed: open streams then check that theirs is still valid, also
-- if another process ended it.
ALTER TABLE org ADD COLUMN access_rev INTEGER NOT NULL DEFAULT 0;
