-- What one layer brings to an image, as a set that all images with the same content share: a fleet has far fewer such
-- sets than images. A package stands in an image once, with the lowest layer that brought it. Sets never change.
CREATE TABLE package_sets (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint bytea NOT NULL UNIQUE,
    -- In the order of the packages' fingerprints.
    package_ids integer[] NOT NULL,
    -- Those of package_ids that were folded before owners were known, and whose findings are left to their owners.
    owned_ids integer[] NOT NULL,
    -- Beside package_ids: the licences that the evidence states, 0 for none; empty where none of them states any.
    license_ids integer[] NOT NULL
);

CREATE TABLE image_inventories (
    manifest_id bigint PRIMARY KEY REFERENCES manifests ON DELETE CASCADE,
    analysis_version text NOT NULL,
    distro bigint REFERENCES distros
);

CREATE TABLE image_sets (
    manifest_id bigint NOT NULL REFERENCES image_inventories ON DELETE CASCADE,
    layer smallint NOT NULL,
    set_id integer NOT NULL,
    PRIMARY KEY (manifest_id, layer)
);

INSERT INTO image_inventories SELECT manifest_id, analysis_version, distro FROM inventories ORDER BY manifest_id;

-- Image by image, so that nothing as long as all packages of all images is sorted; then each content once.
CREATE TEMPORARY TABLE moved_sets ON COMMIT DROP AS
SELECT manifest_id, placed.*
FROM inventories CROSS JOIN LATERAL (
    SELECT layer, array_agg(package_id ORDER BY package_id) AS package_ids,
        coalesce(array_agg(package_id ORDER BY package_id) FILTER (WHERE owned), '{}') AS owned_ids,
        array_agg(license ORDER BY package_id) AS license_ids
    FROM (
        SELECT package_id::integer, min(layer) AS layer, bool_and(owned) AS owned, max(coalesce(license, 0)) AS license
        FROM unnest(package_ids, package_layers, package_owned, package_licenses)
            AS listed(package_id, layer, owned, license)
        GROUP BY 1) AS held
    GROUP BY layer) AS placed;

CREATE TEMPORARY TABLE distinct_sets ON COMMIT DROP AS
SELECT row_number() OVER () AS number, package_ids, owned_ids, license_ids
FROM (SELECT DISTINCT package_ids, owned_ids, license_ids FROM moved_sets) AS contents;
ANALYZE distinct_sets;

CREATE TEMPORARY TABLE named_sets ON COMMIT DROP AS
SELECT number, sha256(string_agg(
        fingerprint || CASE WHEN owned THEN '\x01'::bytea ELSE '\x00'::bytea END || licenses, ''::bytea
        ORDER BY fingerprint)) AS fingerprint,
    array_agg(id ORDER BY fingerprint) AS package_ids,
    coalesce(array_agg(id ORDER BY fingerprint) FILTER (WHERE owned), '{}') AS owned_ids,
    CASE WHEN max(license) > 0 THEN array_agg(license ORDER BY fingerprint) ELSE '{}' END AS license_ids
FROM (
    SELECT number, packages.id::integer, packages.fingerprint, license,
        packages.owner IS NULL AND packages.id = ANY(owned_ids) AS owned,
        coalesce(license_sets.fingerprint, decode(repeat('00', 32), 'hex')) AS licenses
    FROM distinct_sets CROSS JOIN LATERAL unnest(package_ids, license_ids) AS listed(package_id, license)
        JOIN packages ON packages.id = listed.package_id
        LEFT JOIN license_sets ON license_sets.id = listed.license) AS members
GROUP BY number;

INSERT INTO package_sets (fingerprint, package_ids, owned_ids, license_ids)
SELECT DISTINCT ON (fingerprint) fingerprint, package_ids, owned_ids, license_ids FROM named_sets ORDER BY fingerprint;

INSERT INTO image_sets (manifest_id, layer, set_id)
SELECT manifest_id, layer, package_sets.id
FROM moved_sets JOIN distinct_sets USING (package_ids, owned_ids, license_ids)
    JOIN named_sets USING (number) JOIN package_sets USING (fingerprint)
ORDER BY 1, 2;

CREATE INDEX image_sets_set ON image_sets (set_id);
CREATE INDEX package_sets_packages ON package_sets USING gin (package_ids);
ANALYZE package_sets; ANALYZE image_sets; ANALYZE image_inventories;

-- An inventory in one row, for questions about single images: parallel arrays, from the lowest layer to the highest.
DROP TABLE inventories;
CREATE VIEW inventories AS
SELECT image_inventories.manifest_id, analysis_version, distro,
    coalesce(package_ids, '{}') AS package_ids, coalesce(package_layers, '{}') AS package_layers,
    coalesce(package_owned, '{}') AS package_owned, coalesce(package_licenses, '{}') AS package_licenses
FROM image_inventories CROSS JOIN LATERAL (
    SELECT array_agg(packages.id ORDER BY layer, place) AS package_ids,
        array_agg(layer ORDER BY layer, place) AS package_layers,
        array_agg(packages.owner IS NOT NULL OR packages.id = ANY(owned_ids) ORDER BY layer, place) AS package_owned,
        array_agg(coalesce(listed.license, 0) ORDER BY layer, place) AS package_licenses
    FROM image_sets JOIN package_sets ON package_sets.id = set_id
        CROSS JOIN LATERAL unnest(package_sets.package_ids, license_ids) WITH ORDINALITY AS listed(id, license, place)
        JOIN packages ON packages.id = listed.id
    WHERE image_sets.manifest_id = image_inventories.manifest_id) AS held;
