-- Where notifications go: what happens in an account, or in all of them.
CREATE TABLE notification_channels (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    account text REFERENCES accounts ON DELETE CASCADE,
    kind text NOT NULL,
    -- What may be shown of its address; never a secret.
    target text NOT NULL,
    -- The whole address with its secrets, sealed.
    sealed bytea NOT NULL,
    -- Types of subscriptions; empty for all.
    kinds text[] NOT NULL,
    -- From 0, unknown, to 5, critical.
    min_severity smallint NOT NULL,
    -- Patterns of LIKE for the names of images and repositories; empty for all.
    patterns text[] NOT NULL,
    -- Minutes after midnight, UTC, at which a summary is sent in place of single messages.
    digest_minute smallint CHECK (digest_minute BETWEEN 0 AND 1439),
    next_digest timestamptz,
    -- An endpoint that fails is left alone for a while, whatever waits for it.
    paused_until timestamptz NOT NULL DEFAULT '-infinity',
    failures integer NOT NULL DEFAULT 0,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The outbox: what happened, written with the fact that it tells of.
CREATE TABLE notifications (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key uuid NOT NULL DEFAULT gen_random_uuid(),
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    -- The type of the subscription, and its key.
    kind text NOT NULL,
    subject text NOT NULL,
    -- The highest severity that it is about; null where it is about none.
    severity smallint,
    -- A JSON object.
    payload text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notifications_age ON notifications (created_at);

-- One row for each endpoint that is to be told. A claim is a time before which nobody else tries (not_before), and is fenced
-- by the number of the attempt.
CREATE TABLE notification_deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id bigint NOT NULL REFERENCES notification_channels ON DELETE CASCADE,
    notification_id bigint REFERENCES notifications ON DELETE CASCADE,
    -- A JSON object, for what sums up others.
    summary text,
    -- The same at every attempt.
    key uuid NOT NULL DEFAULT gen_random_uuid(),
    state text NOT NULL CHECK (state IN ('held', 'waiting', 'delivered', 'summed', 'dead')),
    attempt integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT now(),
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CHECK ((notification_id IS NULL) <> (summary IS NULL)),
    UNIQUE (channel_id, notification_id)
);
CREATE INDEX notification_deliveries_waiting ON notification_deliveries (channel_id, not_before, id)
    WHERE state = 'waiting';
CREATE INDEX notification_deliveries_held ON notification_deliveries (channel_id) WHERE state = 'held';
CREATE INDEX notification_deliveries_dead ON notification_deliveries (channel_id) WHERE state = 'dead';
CREATE INDEX notification_deliveries_settled ON notification_deliveries (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX notification_deliveries_notification ON notification_deliveries (notification_id);

-- Each notification goes to every endpoint that asks for its like, in the transaction that writes it.
CREATE FUNCTION notifications_fan_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO notification_deliveries (channel_id, notification_id, state)
    SELECT channel.id, added.id, CASE WHEN channel.digest_minute IS NULL THEN 'waiting' ELSE 'held' END
    FROM added JOIN notification_channels AS channel ON (channel.account IS NULL OR channel.account = added.account)
        AND (channel.kinds = '{}' OR added.kind = ANY(channel.kinds))
        AND (added.severity IS NULL OR added.severity >= channel.min_severity)
        AND (channel.patterns = '{}' OR added.subject LIKE ANY(channel.patterns))
    ORDER BY added.id, channel.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER notifications_fan_out AFTER INSERT ON notifications REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION notifications_fan_out();

-- Matches that began or ended and that subscribers are still to be told of: written with them, and told by image.
CREATE TABLE finding_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    package_id bigint NOT NULL,
    vulnerability_id bigint NOT NULL,
    is_gone boolean NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- A repository as clients of the API name it: official images of Docker Hub without their library/.
CREATE FUNCTION shown_repository(host text, name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT host || '/' || CASE WHEN host = 'docker.io' AND name LIKE 'library/%' AND name NOT LIKE 'library/%/%'
        THEN substr(name, 9) ELSE name END
$$;

-- Work that is done now and then by whoever comes first.
CREATE TABLE chores (
    name text PRIMARY KEY,
    done_at timestamptz NOT NULL
);

-- Runs that subscriptions ask for, as those of the API no part of the nightly reports.
ALTER TABLE runs DROP CONSTRAINT runs_origin_check,
    ADD CONSTRAINT runs_origin_check CHECK (origin IN ('fleet', 'api', 'watch'));

-- Subscriptions by what they are about, for all accounts.
CREATE INDEX subscriptions_active ON subscriptions (kind, key) WHERE is_active;

-- What rules of the archive did.
CREATE TABLE archive_transitions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id uuid NOT NULL REFERENCES archive_rules ON DELETE CASCADE,
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    digest text NOT NULL,
    transition text NOT NULL,
    done_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX archive_transitions_rule ON archive_transitions (rule_id, id);
