-- Runs that an API request for one image made; reports of the fleet pass over them.
ALTER TABLE runs ADD COLUMN origin text NOT NULL DEFAULT 'fleet' CHECK (origin IN ('fleet', 'api'));

-- What a list of images shows of each, so that no layer is looked at.
ALTER TABLE manifests ADD COLUMN size bigint, ADD COLUMN layer_count integer;
UPDATE manifests SET size = summed.size, layer_count = summed.layer_count
FROM (
    SELECT manifest_id, sum(layers.size)::bigint AS size, count(*)::integer AS layer_count
    FROM manifest_layers JOIN layers ON layers.id = layer_id GROUP BY 1) AS summed
WHERE summed.manifest_id = manifests.id;
CREATE INDEX manifests_config ON manifests (config_digest);

-- Images whose analysis is there and matched: of which distribution they are, and since when that is known.
CREATE TABLE image_analyses (
    manifest_id bigint PRIMARY KEY REFERENCES manifests ON DELETE CASCADE,
    distro bigint REFERENCES distros,
    analyzed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO image_analyses (manifest_id, distro) SELECT manifest_id, distro FROM image_inventories ORDER BY 1;

-- The manifest and the configuration as the registry has them.
CREATE TABLE image_documents (
    manifest_id bigint PRIMARY KEY REFERENCES manifests ON DELETE CASCADE,
    manifest bytea NOT NULL,
    config bytea NOT NULL
);

-- What an account said about an image, and whether it still wants to see it. Accounts of type admin see the whole fleet,
-- others what they added.
CREATE TABLE account_images (
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    manifest_id bigint NOT NULL REFERENCES manifests ON DELETE CASCADE,
    is_listed boolean NOT NULL DEFAULT true,
    -- A JSON object.
    annotations text,
    dockerfile bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_updated timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account, manifest_id)
);
CREATE INDEX account_images_manifest ON account_images (manifest_id);

CREATE TABLE account_tags (
    account text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    repository_id bigint NOT NULL REFERENCES repositories,
    name text NOT NULL,
    PRIMARY KEY (account, repository_id, name)
);

-- Images are asked for by what a tag named once, too.
CREATE INDEX tags_digest ON tags (digest);

-- Questions about the fleet: packages by name in any case.
CREATE INDEX packages_lower_name ON packages (lower(name));
