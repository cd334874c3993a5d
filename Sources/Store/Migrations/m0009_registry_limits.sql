-- What the whole fleet together asks a registry for at most, and which token servers get its credentials.
ALTER TABLE registries
    ADD COLUMN max_concurrency integer CHECK (max_concurrency > 0),
    ADD COLUMN requests_per_second double precision CHECK (requests_per_second > 0),
    ADD COLUMN token_hosts text[] NOT NULL DEFAULT '{}';
