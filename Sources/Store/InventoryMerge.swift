import Crypto
import Postgres
package import ScanModel

/// A package as the fleet knows it once: its statement, and for OS packages the distribution it belongs to.
struct DistinctPackage: Sendable {
    let package: Package
    let distro: Distro?

    init(_ package: Package, distro: Distro?) {
        self.package = package
        self.distro = package.type.isOS ? distro : nil
    }

    /// Names the package everywhere: SHA-256 over its fields, each behind its length.
    var fingerprint: [UInt8] {
        var fields = [
            package.type.rawValue, package.name, package.version, package.arch, package.source?.name ?? "",
            package.source?.version ?? "", package.group ?? "", package.module ?? "",
        ]
        if let distro { fields.append(contentsOf: Self.fields(of: distro)) }
        return Self.hash(fields)
    }

    static func fields(of distro: Distro) -> [String] {
        [distro.id, distro.versionID, distro.name, distro.codename ?? ""] + distro.idLike
    }

    static func hash(_ fields: [String]) -> [UInt8] {
        var hasher = SHA256()
        for field in fields {
            hasher.update(data: Array("\(field.utf8.count):".utf8))
            hasher.update(data: Array(field.utf8))
        }
        return Array(hasher.finalize())
    }
}

extension Store {
    /// Stores an image's inventory, if the claim still holds; packages that the fleet has already are only pointed at.
    package func merge(_ inventory: Inventory, of claim: Claim) async throws {
        let distinct = inventory.packages.map { DistinctPackage($0.package, distro: inventory.distro) }
        let fingerprints = distinct.map(\.fingerprint)
        // Sorted by the conflict key, so that two merges never wait for each other in a circle.
        let order = Set(fingerprints.indices).sorted { fingerprints[$0].lexicographicallyPrecedes(fingerprints[$1]) }
        let licenses = inventory.packages.map { LicenseSet(of: $0.package) }
        try await pool.transaction { [licenses] session in
            try Self.end(claim, session)
            let distro = try inventory.distro.map { try Self.upsert($0, session) }
            let sorted = order.map { distinct[$0] }
            _ = try session.execute(
                """
                INSERT INTO packages (fingerprint, type, name, version, arch, source_name, source_version,
                    package_group, module, distro)
                SELECT DISTINCT ON (fingerprint) fingerprint, type, name, version, arch, source_name, source_version,
                    package_group, module, CASE WHEN is_os THEN $10::bigint END
                FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::text[], $11::boolean[]) AS given(fingerprint, type, name, version, arch,
                    source_name, source_version, package_group, module, is_os)
                ORDER BY fingerprint
                ON CONFLICT (fingerprint) DO NOTHING
                """,
                [
                    .bytesArray(order.map { fingerprints[$0] }), .textArray(sorted.map(\.package.type.rawValue)),
                    .textArray(sorted.map { StorableText.clean($0.package.name) }),
                    .textArray(sorted.map { StorableText.clean($0.package.version) }),
                    .textArray(sorted.map { StorableText.clean($0.package.arch) }),
                    .optionalTextArray(sorted.map { $0.package.source.map { StorableText.clean($0.name) } }),
                    .optionalTextArray(sorted.map { $0.package.source.map { StorableText.clean($0.version) } }),
                    .optionalTextArray(sorted.map { $0.package.group.map(StorableText.clean) }),
                    .optionalTextArray(sorted.map { $0.package.module.map(StorableText.clean) }),
                    .int(distro), .boolArray(sorted.map(\.package.type.isOS)),
                ]
            )
            try Self.add(Set(licenses.compactMap(\.self)), session)
            _ = try session.execute(
                """
                INSERT INTO inventories (manifest_id, analysis_version, distro, package_ids, package_layers,
                    package_owned, package_licenses)
                SELECT $1::bigint, $2::text, $3::bigint, coalesce(array_agg(packages.id ORDER BY given.place), '{}'),
                    coalesce(array_agg(given.layer::smallint ORDER BY given.place), '{}'),
                    coalesce(array_agg(given.owned ORDER BY given.place), '{}'),
                    coalesce(array_agg(coalesce(license_sets.id, 0) ORDER BY given.place), '{}')
                FROM unnest($4::bytea[], $5::bigint[], $6::boolean[], $7::bytea[]) WITH ORDINALITY
                        AS given(fingerprint, layer, owned, licenses, place)
                    JOIN packages USING (fingerprint)
                    LEFT JOIN license_sets ON license_sets.fingerprint = given.licenses
                ON CONFLICT (manifest_id) DO UPDATE SET analysis_version = excluded.analysis_version,
                    distro = excluded.distro, package_ids = excluded.package_ids,
                    package_layers = excluded.package_layers, package_owned = excluded.package_owned,
                    package_licenses = excluded.package_licenses
                """,
                [
                    .int(claim.subject), .text(claim.analysisVersion), .int(distro), .bytesArray(fingerprints),
                    .intArray(inventory.packages.map(\.layer)),
                    .boolArray(inventory.packages.map { $0.ownedBy != nil }),
                    .bytesArray(licenses.map { $0?.fingerprint ?? [] }),
                ]
            )
        }
    }

    private static func upsert(_ distro: Distro, _ session: PostgresSession) throws -> Int {
        let fingerprint = DistinctPackage.hash(DistinctPackage.fields(of: distro))
        _ = try session.execute(
            """
            INSERT INTO distros (fingerprint, distro_id, version_id, name, codename, id_like)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (fingerprint) DO NOTHING
            """,
            [
                .bytes(fingerprint), .text(StorableText.clean(distro.id)), .text(StorableText.clean(distro.versionID)),
                .text(StorableText.clean(distro.name)), .text(distro.codename.map(StorableText.clean)),
                .textArray(distro.idLike.map(StorableText.clean)),
            ]
        )
        return try session.count("SELECT id FROM distros WHERE fingerprint = $1", [.bytes(fingerprint)])
    }
}
