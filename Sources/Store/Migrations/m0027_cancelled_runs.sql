-- Runs that somebody ended before their time.
ALTER TABLE runs DROP CONSTRAINT runs_state_check,
    ADD CONSTRAINT runs_state_check CHECK (state IN ('requested', 'listing', 'running', 'done', 'failed', 'cancelled'));
