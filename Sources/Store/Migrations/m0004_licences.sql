-- The licences that packages' evidence states. Packages state few different ones, so each set of them is kept once.
CREATE TABLE license_sets (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint bytea NOT NULL UNIQUE,
    -- As declared: SPDX expressions where they are recognised.
    declared text[] NOT NULL,
    -- The single licences in them, under which one is looked for.
    licenses text[] NOT NULL
);

-- Beside package_ids: the set that the evidence in this image states, 0 for none; empty for an image folded before.
ALTER TABLE inventories ADD COLUMN package_licenses integer[] NOT NULL DEFAULT '{}';
CREATE INDEX inventories_licenses ON inventories USING gin (package_licenses);
