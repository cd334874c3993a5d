-- Policy bundles as they were given; one of each account is active.
CREATE TABLE policy_bundles (
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    policy_id text NOT NULL,
    bundle text NOT NULL,
    -- SHA-256 over the bundle with sorted members.
    digest text NOT NULL,
    is_active boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_updated timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, policy_id)
);
CREATE UNIQUE INDEX policy_bundles_active ON policy_bundles (account) WHERE is_active;

-- What evaluations came to. A new row only where the outcome differs from the last one; otherwise that one is renewed.
CREATE TABLE policy_evaluations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    manifest_id bigint NOT NULL REFERENCES manifests ON DELETE CASCADE,
    tag text NOT NULL,
    policy_id text NOT NULL,
    bundle_digest text NOT NULL,
    -- The advisories, the analysis and the instructions that it was computed from.
    basis text NOT NULL,
    is_pass boolean NOT NULL,
    final_action text NOT NULL,
    outcome_digest bytea NOT NULL,
    -- The detail as the API shows it, compressed.
    detail bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    evaluated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX policy_evaluations_newest ON policy_evaluations (account, manifest_id, tag, policy_id, id);
CREATE INDEX policy_evaluations_manifest ON policy_evaluations (manifest_id);
