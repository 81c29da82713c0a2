-- Invitations that nobody has accepted yet. `token_hash`: SHA-256 of the secret in the link.
CREATE TABLE invitation (
    org_id     TEXT NOT NULL,
    id         TEXT NOT NULL,
    email      TEXT NOT NULL, -- lower-cased
    role       TEXT NOT NULL CHECK (role IN ('agent', 'admin')),
    token_hash TEXT NOT NULL UNIQUE,
    invited_by TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, email),
    FOREIGN KEY (org_id, invited_by) REFERENCES agent (org_id, id)
);
