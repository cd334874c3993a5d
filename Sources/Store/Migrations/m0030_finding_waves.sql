-- Changes of findings that subscribers are being told of, page by page: the newest of each package and vulnerability.
CREATE TABLE finding_wave (
    -- The worst first, as notices list them.
    place integer PRIMARY KEY,
    package_id bigint NOT NULL,
    -- Of a package with an owner the findings count in every set; others may be left to their owners in some.
    has_owner boolean NOT NULL,
    vulnerability_id bigint NOT NULL,
    is_gone boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    -- From 0, unknown, to 5, critical.
    severity smallint NOT NULL
);

-- Who is still to be told of them: subscribed tags with the images that they named when the wave was taken.
CREATE TABLE finding_watchers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    key text NOT NULL,
    manifest_id bigint NOT NULL
);
