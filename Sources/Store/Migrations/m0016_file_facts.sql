-- What is set for the fleet as a whole, read by all of its processes.
CREATE TABLE fleet_settings (
    name text PRIMARY KEY,
    value text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- When the provider's feeds were last found to be what is here; imported_at says since when it is.
ALTER TABLE advisory_providers ADD COLUMN checked_at timestamptz;
UPDATE advisory_providers SET checked_at = imported_at;

-- What was collected of a layer's files, beside its report: columns of all files in the order of its paths, compressed.
CREATE TABLE layer_facts (
    layer_id bigint PRIMARY KEY REFERENCES layers ON DELETE CASCADE,
    parts text[] NOT NULL,
    attributes bytea NOT NULL,
    digests bytea NOT NULL,
    found bytea NOT NULL
);
ALTER TABLE layer_facts ALTER COLUMN attributes SET STORAGE EXTERNAL, ALTER COLUMN digests SET STORAGE EXTERNAL,
    ALTER COLUMN found SET STORAGE EXTERNAL;
