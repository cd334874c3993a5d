import Matching
import Postgres
import ScanModel
package import Store

/// Writes a synthetic fleet into a database with the present schema and advisories, and no images.
package struct FleetFiller: Sendable {
    static let host = "registry.bench"
    static let analysisVersion = "bench"
    /// Bytes of a layer, where only an image's size is asked for.
    private static let layerSize = 20_000_000
    /// How many different sets of licences packages state.
    private static let licenses = 300

    private let store: Store
    private let size: FleetSize
    /// Whether reports of layers can be read, and images have documents; otherwise reports are random bytes of their size.
    private let isReadable: Bool

    package init(store: Store, size: FleetSize, isReadable: Bool = false) {
        self.store = store
        self.size = size
        self.isReadable = isReadable
    }

    /// Fills in the whole fleet, as its first run left it `days` ago.
    package func fill(daysAgo days: Int) async throws { try await fill(FleetPlan(size), daysAgo: days) }

    /// Fills the fleet by COPY and ends its first run `days` ago.
    func fill(_ plan: FleetPlan, daysAgo days: Int) async throws {
        try await store.pool.transaction(attempts: 1) { session in
            _ = try session.execute("SET LOCAL statement_timeout = 0")
            try places(session)
            let packages = try packages(session)
            _ = try session.execute(
                """
                INSERT INTO license_sets (fingerprint, declared, licenses)
                SELECT sha256(number::text::bytea), ARRAY['Licence-' || number], ARRAY['Licence-' || number]
                FROM generate_series(1, $1::integer) AS number ORDER BY number
                """,
                [.int(Self.licenses)]
            )
            _ = try session.execute("INSERT INTO waiting_packages (package_id) SELECT id FROM packages")
            try write(plan, daysAgo: days, session)
            if isReadable { try ReadableLayers(packages).write(plan, session) }
        }
        try await store.pool.run { session in
            _ = try session.execute("SET statement_timeout = 0")
            _ = try session.execute("VACUUM (ANALYZE)")
            _ = try session.execute("RESET statement_timeout")
        }
    }

    private func places(_ session: PostgresSession) throws {
        _ = try session.execute("INSERT INTO registries (host) VALUES ($1)", [.text(Self.host)])
        _ = try session.execute(
            """
            INSERT INTO repositories (registry_id, name) OVERRIDING SYSTEM VALUE
            SELECT registries.id, 'team-' || number % 50 || '/service-' || number
            FROM registries, generate_series(1, $1::integer) AS number WHERE host = $2 ORDER BY number
            """,
            [.int(size.repositories), .text(Self.host)]
        )
        for family in PackageFamily.distributions {
            guard let distro = family.distro else { continue }
            _ = try session.execute(
                """
                INSERT INTO distros (fingerprint, distro_id, version_id, name, codename, id_like)
                VALUES ($1, $2, $3, $2, NULL, '{}')
                """,
                [.bytes(Array(family.ecosystem.utf8)), .text(distro.id), .text(distro.version)]
            )
        }
    }

    /// Names and versions that advisories speak about, as far as there are some, so that matches are as in life.
    ///
    /// Returns them in the order of their numbers, from 1 on.
    private func packages(_ session: PostgresSession) throws -> [MatchSubject] {
        var subjects: [MatchSubject] = []
        for (index, family) in PackageFamily.all.enumerated() {
            let known = try session.execute(
                """
                SELECT package, array_agg(DISTINCT fixed) FROM (
                    SELECT package, payload::json ->> 'fixed' AS fixed FROM advisory_ranges WHERE ecosystem = $1) AS stated
                WHERE fixed <> '0' GROUP BY package ORDER BY hashtext(package) LIMIT $2
                """,
                [.text(family.ecosystem), .int(size.namesOfFamily)]
            ).map { (try $0.string(0), try $0.strings(1)) }
            _ = try session.copyIn(
                """
                COPY packages (id, fingerprint, type, name, version, arch, source_name, source_version, distro) FROM STDIN
                """
            ) { writer in
                for name in 0..<size.namesOfFamily {
                    let stated = known.indices.contains(name) ? known[name] : ("made-up-\(index)-\(name)", [])
                    var texts: Set<String> = []
                    for version in 0..<FleetSize.versions {
                        let place = stated.1.count * version / FleetSize.versions
                        var text =
                            version % 2 == 1 && !stated.1.isEmpty ? stated.1[place] : "\(version + 1).\(name % 10).0"
                        if !texts.insert(text).inserted { text += "+\(version)" }
                        let isOS = family.distro != nil
                        let subject = MatchSubject(
                            Package(
                                type: PackageType(rawValue: family.type),
                                name: stated.0,
                                version: text,
                                arch: isOS ? "amd64" : "",
                                source: isOS ? SourcePackage(name: stated.0, version: text) : nil
                            ),
                            distro: family.release
                        )
                        subjects.append(subject)
                        try writer.writeRow([
                            .int(subjects.count), .bytes(DistinctPackage(subject).fingerprint), .text(family.type),
                            .text(stated.0), .text(text), .text(isOS ? "amd64" : ""), isOS ? .text(stated.0) : .null,
                            isOS ? .text(text) : .null, isOS ? .int(index + 1) : .null,
                        ])
                    }
                }
            }
        }
        return subjects
    }

    /// Writes the images of `plan`, moves their tags to them, and records the run that found the fleet.
    func write(_ plan: FleetPlan, daysAgo days: Int, _ session: PostgresSession) throws {
        var random = FleetRandom(seed: size.seed, stream: plan.images.first.map(\.id) ?? 0)
        try layers(plan, &random, session)
        try sets(plan, &random, session)
        _ = try session.copyIn(
            "COPY manifests (id, digest, media_type, platform, config_digest, size, layer_count) FROM STDIN"
        ) { writer in
            for image in plan.images {
                try writer.writeRow([
                    .int(image.id), .text(random.digest()), .text("application/vnd.oci.image.manifest.v1+json"),
                    .text("linux/amd64"), .text(random.digest()), .int(image.layers.count * Self.layerSize),
                    .int(image.layers.count),
                ])
            }
        }
        _ = try session.copyIn("COPY manifest_layers (manifest_id, position, layer_id) FROM STDIN") { writer in
            for image in plan.images {
                for (position, layer) in image.layers.enumerated() {
                    try writer.writeRow([.int(image.id), .int(position), .int(layer)])
                }
            }
        }
        _ = try session.copyIn("COPY image_inventories (manifest_id, analysis_version, distro) FROM STDIN") { writer in
            for image in plan.images {
                try writer.writeRow([.int(image.id), .text(Self.analysisVersion), .int(image.family + 1)])
            }
        }
        // As the end of a run leaves them.
        _ = try session.copyIn("COPY image_analyses (manifest_id, distro) FROM STDIN") { writer in
            for image in plan.images { try writer.writeRow([.int(image.id), .int(image.family + 1)]) }
        }
        _ = try session.copyIn("COPY image_sets (manifest_id, layer, set_id) FROM STDIN") { writer in
            for image in plan.images {
                for place in image.sets { try writer.writeRow([.int(image.id), .int(place.layer), .int(place.set)]) }
            }
        }
        try tags(plan, daysAgo: days, session)
        try session.script(
            """
            SELECT setval(pg_get_serial_sequence('manifests', 'id'), (SELECT max(id) FROM manifests));
            SELECT setval(pg_get_serial_sequence('layers', 'id'), (SELECT max(id) FROM layers));
            SELECT setval(pg_get_serial_sequence('package_sets', 'id'), (SELECT max(id) FROM package_sets));
            SELECT setval(pg_get_serial_sequence('packages', 'id'), (SELECT max(id) FROM packages))
            """
        )
    }

    /// A run of the whole fleet as it stands: what it found, which layers, and that their tasks are done.
    private func tags(_ plan: FleetPlan, daysAgo days: Int, _ session: PostgresSession) throws {
        try session.script(
            "CREATE TEMPORARY TABLE pushed (repository_id bigint, name text, manifest_id bigint) ON COMMIT DROP"
        )
        _ = try session.copyIn("COPY pushed (repository_id, name, manifest_id) FROM STDIN") { writer in
            for image in plan.images {
                try writer.writeRow([.int(image.repository), .text("1.\(image.tag).0"), .int(image.id)])
            }
        }
        try session.script(
            """
            ANALYZE pushed;
            UPDATE tags SET valid_until = now() - interval '\(days) days' FROM pushed
            WHERE tags.repository_id = pushed.repository_id AND tags.name = pushed.name AND valid_until IS NULL;
            INSERT INTO tags (repository_id, name, digest, manifest_id, valid_from)
            SELECT repository_id, name, manifests.digest, manifest_id, now() - interval '\(days) days'
            FROM pushed JOIN manifests ON manifests.id = manifest_id ORDER BY 1, 2;
            INSERT INTO resolutions (digest, platform, manifest_id)
            SELECT manifests.digest, '', manifest_id FROM pushed JOIN manifests ON manifests.id = manifest_id;
            INSERT INTO tasks (kind, subject_id, shard, priority, state, analysis_version, attempt)
            SELECT 'inventory', manifest_id, manifest_id % 16 + 16, 1, 'done', '\(Self.analysisVersion)', 1 FROM pushed;
            INSERT INTO tasks (kind, subject_id, shard, priority, state, analysis_version, attempt)
            SELECT DISTINCT 'layer', layer_id, layer_id % 16, 1, 'done', '\(Self.analysisVersion)', 1
            FROM pushed JOIN manifest_layers USING (manifest_id) ON CONFLICT DO NOTHING;
            INSERT INTO runs (state, targets, platform, priority, requested_at, started_at, finished_at)
            SELECT 'done', '{\(Self.host)}', '', 1, past, past, past FROM (SELECT now() - interval '\(days) days') AS at(past);
            INSERT INTO run_images (run_id, repository_id, tag, digest, manifest_id, state)
            SELECT (SELECT max(id) FROM runs), tags.repository_id, tags.name, tags.digest, tags.manifest_id,
                CASE WHEN pushed.manifest_id IS NULL THEN 'reused' ELSE 'analysed' END
            FROM tags LEFT JOIN pushed ON pushed.manifest_id = tags.manifest_id WHERE valid_until IS NULL ORDER BY 2, 3;
            INSERT INTO run_layers (run_id, layer_id, is_reused)
            SELECT (SELECT max(id) FROM runs), layer_id, false FROM pushed JOIN manifest_layers USING (manifest_id)
            GROUP BY layer_id
            """
        )
    }

    private func layers(_ plan: FleetPlan, _ random: inout FleetRandom, _ session: PostgresSession) throws {
        var source = random
        _ = try session.copyIn("COPY layers (id, digest, size, repository_id, diff_id) FROM STDIN") { writer in
            for layer in plan.layers {
                try writer.writeRow([
                    .int(layer.id), .text(source.digest()), .int(layer.pathBytes * 500), .int(1),
                    .text(source.digest()),
                ])
            }
        }
        defer { random = source }
        guard !isReadable else { return }
        _ = try session.copyIn("COPY layer_reports (layer_id, analysis_version, report, paths) FROM STDIN") { writer in
            for layer in plan.layers {
                try writer.writeRow([
                    .int(layer.id), .text(Self.analysisVersion), .bytes(source.bytes(layer.reportBytes)),
                    .bytes(source.bytes(layer.pathBytes)),
                ])
            }
        }
    }

    private func sets(_ plan: FleetPlan, _ random: inout FleetRandom, _ session: PostgresSession) throws {
        var source = random
        _ = try session.copyIn("COPY package_sets (id, fingerprint, package_ids, owned_ids, license_ids) FROM STDIN") {
            writer in
            for set in plan.sets {
                try writer.writeRow([
                    .int(set.id), .bytes(source.bytes(32)), .intArray(set.packages.shuffled(using: &source)),
                    .intArray([]), .intArray(set.packages.map { $0 % (Self.licenses + 1) }),
                ])
            }
        }
        random = source
    }
}
