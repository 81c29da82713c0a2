-- Invitations that nobody has accepted yet. `token_hash`: SHA-256 of the secret in the link.
CREATE TABLE invitation (
    org_id     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    email      TEXT COLLATE "C" NOT NULL, -- lower-cased
    role       TEXT COLLATE "C" NOT NULL CHECK (role IN ('agent', 'admin')),
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    invited_by TEXT COLLATE "C" NOT NULL,
    made_at    BIGINT NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, email),
    FOREIGN KEY (org_id, invited_by) REFERENCES agent (org_id, id)
);
