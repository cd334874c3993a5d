-- Since when a task is in its state: what progress, the age of the queue and "why is this waiting" are told from. A trigger
-- keeps it, so that no statement that moves tasks can forget it.
ALTER TABLE tasks ADD COLUMN state_since timestamptz NOT NULL DEFAULT now();

CREATE FUNCTION tasks_note_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.state_since := now();
    RETURN NEW;
END
$$;

CREATE TRIGGER tasks_state_since BEFORE UPDATE OF state ON tasks FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION tasks_note_state();
