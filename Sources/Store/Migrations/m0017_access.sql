-- Tokens of machines, which live long, beside those that a password was exchanged for. When one was last used is noted to
-- the minute, so that those that nobody uses can be found and revoked.
ALTER TABLE api_tokens
    ADD COLUMN kind text NOT NULL DEFAULT 'session' CHECK (kind IN ('session', 'machine')),
    ADD COLUMN last_used_at timestamptz,
    ADD COLUMN made_by text;
