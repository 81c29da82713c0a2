-- The widget in other products' pages: which back ends may ask for tokens, which pages may use them, and the tokens.

CREATE TABLE embed_key (
    org_id     TEXT NOT NULL REFERENCES org (id),
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    key_hash   TEXT NOT NULL UNIQUE, -- SHA-256
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);

CREATE TABLE embed_origin (
    org_id TEXT NOT NULL REFERENCES org (id),
    origin TEXT NOT NULL, -- scheme://host[:port], as browsers write it
    PRIMARY KEY (org_id, origin)
);
CREATE INDEX embed_origin_by_origin ON embed_origin (origin);

CREATE TABLE embed_token (
    token_hash TEXT PRIMARY KEY NOT NULL, -- SHA-256
    org_id     TEXT NOT NULL,
    agent_id   TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    origin     TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (org_id, agent_id) REFERENCES agent (org_id, id),
    FOREIGN KEY (org_id, key_id) REFERENCES embed_key (org_id, id),
    FOREIGN KEY (org_id, origin) REFERENCES embed_origin (org_id, origin)
);
CREATE INDEX embed_token_by_agent ON embed_token (org_id, agent_id);
