-- Who may use the API. Users belong to an account, which is a namespace; names of users are unique over all accounts.
CREATE TABLE accounts (
    name text PRIMARY KEY,
    email text,
    kind text NOT NULL CHECK (kind IN ('user', 'admin', 'service')),
    state text NOT NULL CHECK (state IN ('enabled', 'disabled', 'deleting')),
    created_at timestamptz NOT NULL DEFAULT now(),
    last_updated timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    name text PRIMARY KEY,
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    kind text NOT NULL DEFAULT 'native' CHECK (kind IN ('native', 'internal', 'external')),
    role text NOT NULL DEFAULT 'admin' CHECK (role IN ('read-only', 'scanner', 'policy-editor', 'admin')),
    -- scrypt with its parameters and salt; null for a user that cannot log in with a password.
    password text,
    password_set_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_updated timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_account ON users (account);

-- Bearer tokens; only their digests are kept.
CREATE TABLE api_tokens (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint bytea NOT NULL UNIQUE,
    user_name text NOT NULL REFERENCES users ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('read-only', 'scanner', 'policy-editor', 'admin')),
    label text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_name);

INSERT INTO accounts (name, email, kind, state) VALUES ('admin', 'admin@localhost', 'admin', 'enabled');
