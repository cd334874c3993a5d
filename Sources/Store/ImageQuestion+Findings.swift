import Postgres
import Reports
import ScanModel
import VEX

extension ImageQuestion {
    /// The numbers of the image's packages, with what the sets of its layers say of each.
    struct HeldPackages {
        struct Place {
            let layer: Int
            /// The number of its set of licences, 0 where it states none.
            let licenses: Int
            /// Whether an OS package owns its files and answers for it.
            let isOwned: Bool
        }

        /// Of one that several layers bring the lowest first.
        private(set) var places: [Int: [Place]] = [:]
        private(set) var licenses: Set<Int> = []

        init(_ sets: PostgresRows) throws {
            for row in sets {
                let layer = try row.int(0)
                let owned = Set(try row.ints(3))
                // Empty where no package states any.
                let licenses = try row.ints(2)
                for (place, package) in try row.ints(1).enumerated() {
                    let license = licenses.indices.contains(place) ? licenses[place] : 0
                    places[package, default: []].append(
                        Place(layer: layer, licenses: license, isOwned: owned.contains(package))
                    )
                    if license != 0 { self.licenses.insert(license) }
                }
            }
        }

        /// Those that are looked for flaws.
        var judged: [Int] { places.filter { $0.value.contains { !$0.isOwned } }.keys.sorted() }
    }

    /// A package of the image, with what a layer's set says of it.
    private struct Listed {
        let id: Int
        let package: ImageLicense.Package
        let place: HeldPackages.Place
    }

    /// The packages in the order in which findings of one flaw are listed.
    private static func listed(_ rows: PostgresRows, _ held: HeldPackages) throws -> [Listed] {
        try rows.flatMap { row in
            let id = try row.int(0)
            let package = ImageLicense.Package(
                type: PackageType(rawValue: try row.string(1)),
                name: try row.string(2),
                version: try row.string(3)
            )
            return (held.places[id] ?? []).map { Listed(id: id, package: package, place: $0) }
        }
    }

    /// A look-up of many keys at once takes a fifth of what joining each takes.
    private static let packages = """
        SELECT id, type, name, version FROM packages WHERE id = ANY($1::bigint[])
        ORDER BY type COLLATE "C", name COLLATE "C", version COLLATE "C", arch COLLATE "C", fingerprint
        """

    private static func licenses(_ rows: PostgresRows, of packages: [Listed]) throws -> [ImageLicense] {
        guard !rows.isEmpty else { return [] }
        var licenses: [Int: [String]] = [:]
        for row in rows { licenses[try row.int(0)] = try row.strings(1) }
        // What several layers or architectures bring stands beside each other.
        var found: [String: [ImageLicense.Package]] = [:]
        for listed in packages {
            for license in licenses[listed.place.licenses] ?? [] where found[license]?.last != listed.package {
                found[license, default: []].append(listed.package)
            }
        }
        return found.map { ImageLicense(license: $0.key, packages: $0.value) }
    }

    private static let licenseSets = "SELECT id, licenses FROM license_sets WHERE id = ANY($1::bigint[])"

    /// A vulnerability that packages of the image have.
    private struct Flaw {
        let name: String
        let cvssScore: Double?
        let epss: Double?
        let isKEV: Bool
        /// Its place in the order of names.
        let rank: Int
    }

    private static func flaws(_ rows: PostgresRows) throws -> [Int: Flaw] {
        // Put in order here, where the server is at work on the matches meanwhile.
        let named = try rows.map { (name: try $0.string(1), row: $0) }.sorted { $0.name < $1.name }
        var flaws: [Int: Flaw] = [:]
        flaws.reserveCapacity(named.count)
        for (rank, (name, row)) in named.enumerated() {
            flaws[try row.int(0)] = Flaw(
                name: name,
                cvssScore: try row.optionalDouble(2),
                epss: try row.optionalDouble(3),
                isKEV: try row.bool(4),
                rank: rank
            )
        }
        return flaws
    }

    /// Finds the flaws by the packages a second time rather than by what the matches were answered, so that both are asked
    /// at once.
    private static let flaws = """
        SELECT id, name, cvss_score, epss, is_kev FROM vulnerabilities
        WHERE id = ANY(ARRAY(SELECT DISTINCT vulnerability_id FROM package_vulnerabilities
            WHERE package_id = ANY($1::bigint[]) AND found_until IS NULL))
        """

    /// An open match as the database has it.
    private struct Match {
        let package: Int
        let flaw: Int
        let severity: Severity
        let fixState: FixState
        let fixedVersions: [String]
        let firstSeen: String?

        init(_ row: PostgresRow) throws {
            package = try row.int(0)
            flaw = try row.int(1)
            severity = Severity(rawValue: try row.string(2)) ?? .unknown
            fixState = FixState(rawValue: try row.string(3)) ?? .unknown
            fixedVersions = try row.strings(4)
            firstSeen = try row.optionalString(5)
        }
    }

    /// The date is written as `YYYY-MM-DD`, as all connections have it.
    private static let matches = """
        SELECT package_id, vulnerability_id, severity, fix_state, fixed_versions, (found_from AT TIME ZONE 'UTC')::date
        FROM package_vulnerabilities WHERE package_id = ANY($1::bigint[]) AND found_until IS NULL
        """

    /// The findings flaw by flaw in the order of their names, how many are open by the position of the layer that brings the
    /// package, and the licences of all packages; `layers` are the digests by position.
    func findings(
        in held: HeldPackages,
        layers: [Int: String],
        asOf day: String
    ) throws -> (findings: [ImageFinding], open: [Int: Int], licenses: [ImageLicense]) {
        let judged = PostgresValue.intArray(held.judged)
        let (flaws, (matches, listed, licenses)) = try reader.read(beside: session) { session in
            try NarrowQuestion.begin(session)
            return try session.executeTogether([KeptStatement(Self.flaws, [judged])]) { try Self.flaws($0.next()) }
        } while: {
            try session.executeTogether([
                KeptStatement(Self.matches, [judged]),
                KeptStatement(Self.licenseSets, [.intArray(held.licenses.sorted())]),
                KeptStatement(Self.packages, [.intArray(held.places.keys.sorted())]),
            ]) { answers in
                let matches = try answers.next().map { try Match($0) }
                let licenses = try answers.next()
                let listed = try Self.listed(answers.next(), held)
                return (matches, listed, try Self.licenses(licenses, of: listed))
            }
        }
        let said = try FleetSuppressions(
            session,
            asOf: day,
            among: Array(flaws.keys),
            isAnythingSaid: isAnythingSaid
        )
        let concerned = matches.filter { said.flaws[$0.flaw] != nil }.map(\.package)
        let purls = concerned.isEmpty ? [:] : try FleetSuppressions.purls(of: Set(concerned), session)
        // One layer may bring what another one brought already.
        let places = Dictionary(grouping: listed.indices.filter { !listed[$0].place.isOwned }) { listed[$0].id }
        // Numbers are put in order, and each finding is made where it stays.
        var order: [(rank: Int, place: Int, match: Int)] = []
        order.reserveCapacity(matches.count)
        for (number, match) in matches.enumerated() {
            guard let flaw = flaws[match.flaw] else { continue }
            for place in places[match.package] ?? [] { order.append((flaw.rank, place, number)) }
        }
        order.sort { ($0.rank, $0.place) < ($1.rank, $1.place) }
        var open: [Int: Int] = [:]
        let findings = order.compactMap { item -> ImageFinding? in
            let match = matches[item.match]
            guard let flaw = flaws[match.flaw] else { return nil }
            let brought = listed[item.place]
            let suppression = purls[brought.id].flatMap { said.about(match.flaw, purl: $0) }?.suppression(in: identity)
            if suppression == nil { open[brought.place.layer, default: 0] += 1 }
            return ImageFinding(
                id: flaw.name,
                severity: match.severity,
                cvssScore: flaw.cvssScore,
                epss: flaw.epss,
                kev: flaw.isKEV,
                type: brought.package.type,
                package: brought.package.name,
                version: brought.package.version,
                fixState: match.fixState,
                fixedVersions: match.fixedVersions,
                layer: layers[brought.place.layer] ?? "",
                firstSeen: match.firstSeen,
                suppression: suppression
            )
        }
        return (findings, open, licenses)
    }
}
