CREATE TABLE subscriptions (
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    -- MD5 of account, key and type, as Anchore's clients know them.
    id text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('policy_eval', 'tag_update', 'vuln_update', 'analysis_update', 'repo_update')),
    value text,
    is_active boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_updated timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, id)
);
CREATE INDEX subscriptions_kind ON subscriptions (account, kind, key);

CREATE TABLE events (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    level text NOT NULL CHECK (level IN ('info', 'error')),
    type text NOT NULL,
    message text NOT NULL,
    resource_type text NOT NULL,
    resource_id text NOT NULL,
    service text NOT NULL,
    host text NOT NULL,
    request_id text NOT NULL DEFAULT '',
    -- A JSON object.
    details text NOT NULL DEFAULT '{}'
);
CREATE INDEX events_newest ON events (account, created_at DESC, id);

-- Credentials as accounts gave them: for a host, a repository or a prefix that ends in *. Those of a host count for runs.
CREATE TABLE registry_logins (
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    registry text NOT NULL,
    name text NOT NULL,
    username text NOT NULL,
    secret bytea,
    kind text NOT NULL,
    is_verified boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_updated timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, registry)
);

-- Images that an account put into its archive: they stay analysed and are shown there alone.
CREATE TABLE archived_images (
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    manifest_id bigint NOT NULL REFERENCES manifests ON DELETE CASCADE,
    archived_at timestamptz NOT NULL DEFAULT now(),
    size bigint NOT NULL,
    PRIMARY KEY (account, manifest_id)
);

CREATE TABLE archive_rules (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    -- A JSON object, as the API shows it without its number and times.
    rule text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_updated timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX archive_rules_account ON archive_rules (account);
