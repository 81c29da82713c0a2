-- Grows with every change of an organization, also with those that don't move its order: who follows the organization
-- looks at one number.
ALTER TABLE org ADD COLUMN tick INTEGER NOT NULL DEFAULT 0;
