-- A host opens a contact by the id in its own system.
CREATE INDEX contact_by_external_id ON contact (org_id, external_id) WHERE external_id IS NOT NULL;
