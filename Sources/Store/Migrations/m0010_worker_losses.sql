-- Losses of workers are counted apart from a task's own failures: what was held when a worker died is a suspect, which is
-- worked on alone, and only what was alone with its worker is blamed.
ALTER TABLE tasks
    ADD COLUMN crashes integer NOT NULL DEFAULT 0,
    ADD COLUMN is_alone boolean NOT NULL DEFAULT false;
