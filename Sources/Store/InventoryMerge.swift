import Crypto
package import Matching
import Postgres
package import ScanModel

/// A package as the fleet knows it once: its statement, for OS packages the distribution it belongs to, and for others
/// the OS package that owns them, which matching looks at too.
package struct DistinctPackage: Sendable {
    let package: Package
    let distro: Distro?
    /// Names the package everywhere: SHA-256 over its fields, each behind its length.
    package let fingerprint: [UInt8]
    let ownerFingerprint: [UInt8]?

    package init(_ subject: MatchSubject) {
        self.init(subject.package, distro: subject.distro, owner: subject.owner)
    }

    private init(_ package: Package, distro: Distro?, owner: Package?) {
        self.package = package
        self.distro = package.type.isOS ? distro : nil
        ownerFingerprint = owner.map { DistinctPackage($0, distro: distro, owner: nil).fingerprint }
        var fields = [
            package.type.rawValue, package.name, package.version, package.arch, package.source?.name ?? "",
            package.source?.version ?? "", package.group ?? "", package.module ?? "",
        ]
        if let distro = self.distro { fields.append(contentsOf: Self.fields(of: distro)) }
        if let ownerFingerprint { fields.append(Hex.encode(ownerFingerprint)) }
        fingerprint = Self.hash(fields)
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
    /// Stores an image's inventory, if the claim still holds; packages and sets that the fleet has are only pointed at.
    package func merge(_ inventory: Inventory, of claim: Claim) async throws {
        let content = PackageSet.content(of: inventory)
        let sets = content.sets
        try await pool.transaction { session in
            // Before the first look at packages and sets: retention removes those that nothing points at.
            _ = try session.execute("LOCK TABLE package_sets IN ROW EXCLUSIVE MODE")
            try Self.end(claim, session)
            let distro = try inventory.distro.map { try Self.upsert($0, session) }
            try Self.insert(try Self.missing(sets, session), of: content, distro: distro, session)
            _ = try session.execute(
                """
                INSERT INTO image_inventories (manifest_id, analysis_version, distro) VALUES ($1, $2, $3)
                ON CONFLICT (manifest_id) DO UPDATE SET analysis_version = excluded.analysis_version,
                    distro = excluded.distro
                """,
                [.int(claim.subject), .text(claim.analysisVersion), .int(distro)]
            )
            _ = try session.execute("DELETE FROM image_sets WHERE manifest_id = $1", [.int(claim.subject)])
            _ = try session.execute(
                """
                INSERT INTO image_sets (manifest_id, layer, set_id)
                SELECT $1::bigint, given.layer, package_sets.id
                FROM unnest($2::bigint[], $3::bytea[]) AS given(layer, fingerprint) JOIN package_sets USING (fingerprint)
                ORDER BY given.layer
                """,
                [.int(claim.subject), .intArray(sets.map(\.layer)), .bytesArray(sets.map(\.fingerprint))]
            )
        }
    }

    /// The sets that the fleet does not have.
    private static func missing(_ sets: [PackageSet], _ session: PostgresSession) throws -> [PackageSet] {
        let known = Set(
            try session.execute(
                "SELECT fingerprint FROM package_sets WHERE fingerprint = ANY($1)",
                [.bytesArray(sets.map(\.fingerprint))]
            ).map { try $0.bytes(0) }
        )
        return sets.filter { !known.contains($0.fingerprint) }
    }

    /// Adds sets that the fleet does not have, and what they hold; a set that it has came with all of its own.
    private static func insert(
        _ missing: [PackageSet],
        of content: PackageSet.Content,
        distro: Int?,
        _ session: PostgresSession
    ) throws {
        guard !missing.isEmpty else { return }
        let held = Set(missing.flatMap { $0.members.map(\.fingerprint) })
        let packages = content.packages.filter { held.contains($0.key) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
        // Owners stand before what points at them. Both parts are sorted by the conflict key, so that two merges
        // never wait for each other in a circle.
        try insert(packages.filter { $0.ownerFingerprint == nil }, distro: distro, session)
        try insert(packages.filter { $0.ownerFingerprint != nil }, distro: distro, session)
        let stated = Set(missing.flatMap { $0.members.compactMap(\.licenses) })
        try add(content.licenses.filter { stated.contains($0.fingerprint) }, session)
        let members = missing.enumerated().flatMap { index, set in set.members.map { (set: index + 1, member: $0) } }
        _ = try session.execute(
            """
            INSERT INTO package_sets (fingerprint, package_ids, owned_ids, license_ids)
            SELECT named.fingerprint, package_ids, '{}', license_ids
            FROM unnest($1::bytea[]) WITH ORDINALITY AS named(fingerprint, number)
                JOIN (
                    SELECT number, array_agg(packages.id::integer ORDER BY packages.fingerprint) AS package_ids,
                        CASE WHEN count(license_sets.id) > 0
                            THEN array_agg(coalesce(license_sets.id, 0) ORDER BY packages.fingerprint)
                            ELSE '{}' END AS license_ids
                    FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) AS given(number, fingerprint, licenses)
                        JOIN packages USING (fingerprint)
                        LEFT JOIN license_sets ON license_sets.fingerprint = given.licenses
                    GROUP BY 1) AS filled USING (number)
            ORDER BY named.fingerprint
            ON CONFLICT (fingerprint) DO NOTHING
            """,
            [
                .bytesArray(missing.map(\.fingerprint)), .intArray(members.map(\.set)),
                .bytesArray(members.map(\.member.fingerprint)), .bytesArray(members.map { $0.member.licenses ?? [] }),
            ]
        )
    }

    /// Adds the packages that the fleet does not have; `packages` are sorted by fingerprint, their owners are there.
    ///
    /// Looking first saves the numbers that a conflict would use up.
    private static func insert(_ packages: [DistinctPackage], distro: Int?, _ session: PostgresSession) throws {
        guard !packages.isEmpty else { return }
        _ = try session.execute(
            """
            WITH added AS (
                INSERT INTO packages (fingerprint, type, name, version, arch, source_name, source_version,
                    package_group, module, distro, owner)
                SELECT given.fingerprint, given.type, given.name, given.version, given.arch, given.source_name,
                    given.source_version, given.package_group, given.module, CASE WHEN is_os THEN $10::bigint END, owners.id
                FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::text[], $9::text[], $11::boolean[], $12::bytea[]) AS given(fingerprint, type, name, version,
                        arch, source_name, source_version, package_group, module, is_os, owner_fingerprint)
                    LEFT JOIN packages AS owners ON owners.fingerprint = given.owner_fingerprint
                WHERE NOT EXISTS (SELECT FROM packages AS known WHERE known.fingerprint = given.fingerprint)
                ORDER BY given.fingerprint
                ON CONFLICT (fingerprint) DO NOTHING
                RETURNING id
            )
            INSERT INTO waiting_packages (package_id) SELECT id FROM added
            """,
            [
                .bytesArray(packages.map(\.fingerprint)), .textArray(packages.map(\.package.type.rawValue)),
                .textArray(packages.map { StorableText.clean($0.package.name) }),
                .textArray(packages.map { StorableText.clean($0.package.version) }),
                .textArray(packages.map { StorableText.clean($0.package.arch) }),
                .optionalTextArray(packages.map { $0.package.source.map { StorableText.clean($0.name) } }),
                .optionalTextArray(packages.map { $0.package.source.map { StorableText.clean($0.version) } }),
                .optionalTextArray(packages.map { $0.package.group.map(StorableText.clean) }),
                .optionalTextArray(packages.map { $0.package.module.map(StorableText.clean) }),
                .int(distro), .boolArray(packages.map(\.package.type.isOS)),
                .bytesArray(packages.map { $0.ownerFingerprint ?? [] }),
            ]
        )
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
