-- What a record says, as a digest: an import writes only the records that are not there yet.
ALTER TABLE advisory_records ADD COLUMN fingerprint bytea;
DROP INDEX advisory_ranges_provider;
CREATE INDEX advisory_ranges_record ON advisory_ranges (record_id);

-- Under which keys the advisories about a package are filed; written when it is first matched. An import has the
-- packages of the keys that it touches matched again, and no others.
CREATE TABLE package_keys (
    package_id bigint NOT NULL,
    ecosystem text NOT NULL,
    package text NOT NULL,
    PRIMARY KEY (package, ecosystem, package_id)
);

-- Packages that wait to be matched: apart, for what comes and goes each night would bloat the packages and their indexes.
-- All of them do after this step, for their keys are not known yet.
CREATE TABLE waiting_packages (package_id bigint PRIMARY KEY);
ALTER TABLE packages DROP COLUMN matched_state;
INSERT INTO waiting_packages SELECT id FROM packages ORDER BY id;

-- The rules that the packages were matched by; a program with newer rules has all matched again.
CREATE TABLE matching_rules (version integer NOT NULL);
INSERT INTO matching_rules VALUES (0);

-- By which advisories a match ended; and names that a vulnerability is asked for by.
ALTER TABLE package_vulnerabilities ADD COLUMN ended_state bigint;
CREATE INDEX package_vulnerabilities_history ON package_vulnerabilities (package_id, vulnerability_id)
    WHERE found_until IS NOT NULL;
CREATE INDEX vulnerabilities_aliases ON vulnerabilities USING gin (aliases);

-- Where a tag's newer image failed, its last good one is shown.
CREATE INDEX tags_names ON tags (repository_id, name) WHERE valid_until IS NOT NULL;

-- What retention removes is asked for by these; it keeps the other references right itself, in sets.
DROP INDEX tags_manifest;
CREATE INDEX tags_manifest ON tags (manifest_id);
CREATE INDEX resolutions_manifest ON resolutions (manifest_id);
ALTER TABLE run_layers DROP CONSTRAINT run_layers_layer_id_fkey;
ALTER TABLE package_vulnerabilities DROP CONSTRAINT package_vulnerabilities_package_id_fkey;
