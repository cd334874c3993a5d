-- Registries and what they hold.
CREATE TABLE registries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host text NOT NULL UNIQUE,
    plain_http boolean NOT NULL DEFAULT false,
    username text,
    secret bytea,
    is_configured boolean NOT NULL DEFAULT false
);

CREATE TABLE repositories (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    registry_id bigint NOT NULL REFERENCES registries,
    name text NOT NULL,
    UNIQUE (registry_id, name)
);

-- One row an image manifest, wherever it is found.
CREATE TABLE manifests (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text NOT NULL UNIQUE,
    media_type text NOT NULL,
    platform text NOT NULL,
    config_digest text NOT NULL
);

-- What the digest that a tag names (an index or a manifest) comes to for a platform: an image, or a reason why none.
CREATE TABLE resolutions (
    digest text NOT NULL,
    platform text NOT NULL,
    manifest_id bigint REFERENCES manifests,
    reason text,
    PRIMARY KEY (digest, platform),
    CHECK ((manifest_id IS NULL) <> (reason IS NULL))
);

-- Which digest a tag named, from when until when.
CREATE TABLE tags (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository_id bigint NOT NULL REFERENCES repositories,
    name text NOT NULL,
    digest text NOT NULL,
    manifest_id bigint REFERENCES manifests,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz
);
CREATE UNIQUE INDEX tags_current ON tags (repository_id, name) WHERE valid_until IS NULL;
CREATE INDEX tags_manifest ON tags (manifest_id) WHERE valid_until IS NULL;

-- One row a distinct layer blob; the diff ID is what a worker computed, never what an image claims.
CREATE TABLE layers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text NOT NULL UNIQUE,
    size bigint NOT NULL,
    repository_id bigint NOT NULL REFERENCES repositories,
    diff_id text
);

CREATE TABLE manifest_layers (
    manifest_id bigint NOT NULL REFERENCES manifests ON DELETE CASCADE,
    position smallint NOT NULL,
    layer_id bigint NOT NULL REFERENCES layers,
    PRIMARY KEY (manifest_id, position)
);
CREATE INDEX manifest_layers_layer ON manifest_layers (layer_id);

-- The analysis of a layer; replaced only by that of a newer analysis version.
CREATE TABLE layer_reports (
    layer_id bigint PRIMARY KEY REFERENCES layers ON DELETE CASCADE,
    analysis_version text NOT NULL,
    report bytea NOT NULL,
    paths bytea NOT NULL
);

CREATE TABLE layer_gaps (
    layer_id bigint NOT NULL REFERENCES layers ON DELETE CASCADE,
    path text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (layer_id, path, reason)
);

-- Everything that a worker does, with its lease; Redis only says that there is something to claim.
CREATE TABLE tasks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('layer', 'inventory')),
    subject_id bigint NOT NULL,
    shard smallint NOT NULL,
    priority smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'dead')),
    attempt integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    worker text,
    error text,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    dispatched_epoch text,
    dispatched_at timestamptz,
    analysis_version text NOT NULL,
    UNIQUE (kind, subject_id)
);
CREATE INDEX tasks_queued ON tasks (priority, id) WHERE state = 'queued';
CREATE INDEX tasks_leased ON tasks (lease_until) WHERE state = 'leased';

-- What distributions and packages there are in the whole fleet, each once.
CREATE TABLE distros (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint bytea NOT NULL UNIQUE,
    distro_id text NOT NULL,
    version_id text NOT NULL,
    name text NOT NULL,
    codename text,
    id_like text[] NOT NULL
);

CREATE TABLE packages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint bytea NOT NULL UNIQUE,
    type text NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    arch text NOT NULL,
    source_name text,
    source_version text,
    package_group text,
    module text,
    distro bigint REFERENCES distros,
    matched_state bigint
);
CREATE INDEX packages_name ON packages (name, version);
CREATE INDEX packages_matched ON packages (matched_state);

-- The fold of an image's layers: parallel arrays of packages, the layers that brought them, and whether an OS package
-- owns them (and so answers for their vulnerabilities).
CREATE TABLE inventories (
    manifest_id bigint PRIMARY KEY REFERENCES manifests ON DELETE CASCADE,
    analysis_version text NOT NULL,
    distro bigint REFERENCES distros,
    package_ids bigint[] NOT NULL,
    package_layers smallint[] NOT NULL,
    package_owned boolean[] NOT NULL
);
CREATE INDEX inventories_packages ON inventories USING gin (package_ids);

-- Runs and the outcome of every image that each found.
CREATE TABLE runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('requested', 'listing', 'running', 'done', 'failed')),
    targets text[] NOT NULL,
    platform text NOT NULL,
    priority smallint NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    reason text,
    advisory_state bigint,
    workers integer NOT NULL DEFAULT 0
);

CREATE TABLE run_images (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    repository_id bigint NOT NULL REFERENCES repositories,
    tag text NOT NULL,
    digest text,
    manifest_id bigint REFERENCES manifests,
    state text NOT NULL CHECK (state IN ('pending', 'analysed', 'reused', 'unsupported', 'failed', 'gone')),
    reason text,
    PRIMARY KEY (run_id, repository_id, tag)
);
CREATE INDEX run_images_pending ON run_images (run_id) WHERE state = 'pending';
CREATE INDEX run_images_manifest ON run_images (manifest_id);

CREATE TABLE run_layers (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    layer_id bigint NOT NULL REFERENCES layers,
    is_reused boolean NOT NULL,
    PRIMARY KEY (run_id, layer_id)
);

-- Targets of a run that could not be listed.
CREATE TABLE run_problems (
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    target text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (run_id, target)
);

-- Advisories in their normalised form. A provider's import replaces its rows in one transaction.
CREATE TABLE advisory_states (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    imported_at timestamptz NOT NULL DEFAULT now(),
    builds text NOT NULL
);

CREATE TABLE advisory_providers (
    provider text PRIMARY KEY,
    build text NOT NULL,
    records bigint NOT NULL,
    skipped bigint NOT NULL,
    imported_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE advisory_records (
    id bigint PRIMARY KEY,
    provider text NOT NULL,
    record text NOT NULL,
    payload text NOT NULL
);
CREATE INDEX advisory_records_provider ON advisory_records (provider);

CREATE TABLE advisory_ranges (
    record_id bigint NOT NULL,
    provider text NOT NULL,
    ecosystem text NOT NULL,
    package text NOT NULL,
    payload text NOT NULL
);
CREATE INDEX advisory_ranges_key ON advisory_ranges (package, ecosystem);
CREATE INDEX advisory_ranges_provider ON advisory_ranges (provider);

CREATE TABLE advisory_epss (
    cve text PRIMARY KEY,
    score double precision NOT NULL,
    percentile double precision
);

CREATE TABLE advisory_kev (
    cve text PRIMARY KEY,
    payload text NOT NULL
);

-- Matches belong to distinct packages; the images follow by a join. A match that ends keeps its row.
CREATE TABLE vulnerabilities (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    aliases text[] NOT NULL,
    cvss_score double precision,
    cvss_vector text,
    epss double precision,
    is_kev boolean NOT NULL,
    published text,
    summary text NOT NULL
);

CREATE TABLE package_vulnerabilities (
    package_id bigint NOT NULL REFERENCES packages ON DELETE CASCADE,
    vulnerability_id bigint NOT NULL REFERENCES vulnerabilities,
    severity text NOT NULL,
    fix_state text NOT NULL,
    fixed_versions text[] NOT NULL,
    provider text NOT NULL,
    found_from timestamptz NOT NULL,
    found_until timestamptz,
    found_state bigint NOT NULL
);
CREATE UNIQUE INDEX package_vulnerabilities_open
    ON package_vulnerabilities (package_id, vulnerability_id) WHERE found_until IS NULL;
CREATE INDEX package_vulnerabilities_vulnerability ON package_vulnerabilities (vulnerability_id);
