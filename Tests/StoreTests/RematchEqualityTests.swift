import Advisories
import Foundation
import Postgres
import ScanModel
import Store
import TallymanTesting
import Testing

/// A fleet with packages that OS packages own, and feeds about it that change at random.
private struct ChangingFeeds {
    var random: SeededRandom

    static let debian = Distro(id: "debian", versionID: "12", name: "Debian 12", codename: "bookworm")
    static let alpine = Distro(id: "alpine", versionID: "3.18.4", name: "Alpine Linux v3.18")

    private static func os(_ type: PackageType, _ name: String, _ version: String, source: String) -> InstalledPackage {
        let source = SourcePackage(name: source, version: version)
        return InstalledPackage(
            package: Package(type: type, name: name, version: version, arch: "amd64", source: source),
            layer: 0,
            paths: ["/lib/\(name)"]
        )
    }

    private static func gem(_ name: String, _ version: String, owner: String? = nil) -> InstalledPackage {
        let package = Package(type: .gem, name: name, version: version)
        return InstalledPackage(package: package, layer: 0, paths: ["/gems/\(name)"], ownedBy: owner)
    }

    /// Ruby holds `json`, is a larger thing than it, and `ruby-rack` is `rack` itself; both also come without an owner.
    static let inventories = [
        Inventory(
            distro: debian,
            packages: [
                os(.deb, "libruby", "3.1-1", source: "ruby"), os(.deb, "ruby-rack", "2.0-1", source: "ruby-rack"),
                os(.deb, "zlib1g", "1.2-1", source: "zlib"), gem("json", "2.0", owner: "libruby"),
                gem("rack", "2.0", owner: "ruby-rack"), gem("json", "2.0"), gem("rack", "1.0"),
            ],
            gaps: []
        ),
        Inventory(
            distro: alpine,
            packages: [
                os(.apk, "ruby", "3.1-r0", source: "ruby"), os(.apk, "zlib", "1.2-r0", source: "zlib"),
                gem("json", "2.0", owner: "ruby"), gem("rack", "2.0", owner: "ruby"), gem("json", "3.0"),
            ],
            gaps: []
        ),
    ]

    private static let cves = (1...6).map { "CVE-2024-000\($0)" }

    /// The next state of all feeds, by file.
    mutating func next() -> [String: String] {
        let others = [
            "debian.json": tracker(), "alpine.json": secdb(), "epss.csv": scores(), "kev.json": exploited(),
        ]
        return gems().merging(others) { $1 }
    }

    private mutating func tracker() -> String {
        // At times there is nothing at all about the release that the fleet has.
        let release = random.oneIn(4) ? "trixie" : "bookworm"
        let states = [
            #""status":"open","urgency":"low""#, #""status":"open","urgency":"high""#,
            #""status":"resolved","fixed_version":"0","urgency":"low""#,
            #""status":"resolved","fixed_version":"3.0-1","urgency":"medium""#,
            #""status":"resolved","fixed_version":"9.0-1","urgency":"medium""#,
        ]
        var sources: [String] = []
        for source in ["other", "ruby", "ruby-rack", "zlib"] {
            let flaws = Self.cves.filter { _ in source == "other" || random.oneIn(3) }.map { cve in
                #""\#(cve)":{"description":"d","releases":{"\#(release)":{\#(states[random.below(states.count)])}}}"#
            }
            if !flaws.isEmpty { sources.append(#""\#(source)":{\#(flaws.joined(separator: ","))}"#) }
        }
        return "{\(sources.joined(separator: ","))}"
    }

    private mutating func secdb() -> String {
        let release = random.oneIn(4) ? "v3.17" : "v3.18"
        let packages = ["other", "ruby", "zlib"].map { name in
            let fixes = ["0", "3.0-r0", "9.0-r0"].map { version in
                let fixed = Self.cves.filter { _ in random.oneIn(5) }.map { "\"\($0)\"" }
                return #""\#(version)":[\#(fixed.joined(separator: ","))]"#
            }
            return #"{"pkg":{"name":"\#(name)","secfixes":{\#(fixes.joined(separator: ","))}}}"#
        }
        return
            #"{"apkurl":"","archs":[],"distroversion":"\#(release)","reponame":"main","urlprefix":"","packages":[\#(packages.joined(separator: ","))]}"#
    }

    private mutating func gems() -> [String: String] {
        var records: [String: String] = [:]
        for (number, name) in ["json", "json", "rack", "rack", "other"].enumerated() {
            guard name == "other" || !random.oneIn(4) else { continue }
            let aliases = Self.cves.filter { _ in random.oneIn(4) }.map { "\"\($0)\"" }
            let withdrawn = random.oneIn(5) ? #""withdrawn":"2024-02-01T00:00:00Z","# : ""
            records["gem-\(number).json"] = #"""
                {"schema_version":"1.6.0","id":"GHSA-0000-0000-000\#(number)","aliases":[\#(aliases.joined(separator: ","))],
                "modified":"2024-01-01T00:00:00Z",\#(withdrawn)"affected":[{"package":{"ecosystem":"RubyGems",
                "name":"\#(name)"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},
                {"fixed":"\#(random.below(4)).5"}]}]}]}
                """#
        }
        return records
    }

    private mutating func scores() -> String {
        var lines = ["cve,epss,percentile", "CVE-2000-0001,0.1,0.1"]
        for cve in Self.cves where !random.oneIn(3) { lines.append("\(cve),0.\(random.below(9) + 1),0.5") }
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func exploited() -> String {
        let entries = (["CVE-2000-0001"] + Self.cves.filter { _ in random.oneIn(3) }).map { cve in
            #"{"cveID":"\#(cve)","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2024-01-01","shortDescription":"d","requiredAction":"a","dueDate":"2024-02-01","knownRansomwareCampaignUse":"Unknown"}"#
        }
        return
            #"{"title":"CISA Catalog of Known Exploited Vulnerabilities","catalogVersion":"1","dateReleased":"2024-01-01T00:00:00Z","count":\#(entries.count),"vulnerabilities":[\#(entries.joined(separator: ","))]}"#
    }
}

@Suite("Matching what changed, and all", .tags(.integration), .enabled(if: TestDatabase.isWanted, TestDatabase.hint))
struct RematchEqualityTests {
    private static func open(scores: String = "concat_ws(' ', epss, is_kev)") -> String {
        """
        SELECT format('%s %s %s %s %s %s %s %s %s %s', packages.type, packages.name, packages.version, owners.name,
            vulnerabilities.name, severity, fix_state, fixed_versions, provider, \(scores)) COLLATE "C"
        FROM package_vulnerabilities JOIN packages ON packages.id = package_id
            JOIN vulnerabilities ON vulnerabilities.id = vulnerability_id
            LEFT JOIN packages AS owners ON owners.id = packages.owner
        WHERE found_until IS NULL ORDER BY 1
        """
    }

    private func fill(_ store: Store) async throws {
        let tags = ChangingFeeds.inventories.indices.map { "\($0)" }
        let run = try await store.plan(try tags.map { try SampleFleet.image("app", $0, layers: [$0]) })
        for task in try await store.queued(.layer) {
            try await store.merge(try SampleFleet.analysedLayer(), of: try await store.claimed(task))
        }
        _ = try await store.settle(run)
        for (task, inventory) in zip(try await store.queued(.inventory), ChangingFeeds.inventories) {
            try await store.merge(inventory, of: try await store.claimed(task))
        }
    }

    @Test("Matching only what each of many changes touches comes to what matching everything does", arguments: 1...3)
    func changes(seed: Int) async throws {
        var feeds = ChangingFeeds(random: SeededRandom(seed: UInt64(seed)))
        var last: [String: String] = [:]
        var (matched, reopened) = (0, 0)
        var final: [String] = []
        let packages = 12
        try await TestDatabase.with { store in
            try await fill(store)
            #expect(try await store.scalar("SELECT count(*) FROM packages") == packages)
            for step in 1...12 {
                last = feeds.next()
                let change = try await store.importing(last)
                #expect(change.report.skippedFiles.isEmpty && change.report.problems.isEmpty)
                let summary = try await store.rematch()
                matched += summary.packages
                reopened += summary.reopened
                let before = try await store.texts(Self.open())
                try await store.forgetMatching()
                let all = try await store.rematch()
                #expect(all.packages == packages)
                #expect(all.opened + all.reopened + all.closed == 0, "step \(step)")
                #expect(try await store.texts(Self.open()) == before, "step \(step)")
            }
            final = try await store.texts(Self.open(scores: "''"))
        }
        #expect(matched < 12 * packages && reopened > 0)
        try await TestDatabase.with { store in
            _ = try await store.importing(last)
            try await fill(store)
            _ = try await store.rematch()
            // But for scores: a flaw keeps the names that it once had, and what is known by them counts.
            let alone = try await store.texts(Self.open(scores: "''"))
            #expect(alone == final, "\(Set(alone).symmetricDifference(final).sorted())")
        }
    }

    @Test("What a distribution says of an owner has the packages that it owns matched again, and no others")
    func owners() async throws {
        try await TestDatabase.with { store in
            try await fill(store)
            let gems = #"""
                {"schema_version":"1.6.0","id":"GHSA-0000-0000-0001","aliases":["CVE-2024-0001"],
                "modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"RubyGems","name":"json"},
                "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"9"}]}]}]}
                """#
            func load(_ flaws: [(package: String, flaw: String, fixed: String?)]) async throws -> (
                touched: Int, closed: Int
            ) {
                let change = try await store.importing(["gem.json": gems, "debian.json": SampleFeed.debian(flaws)])
                let summary = try await store.rematch()
                #expect(summary.packages == change.touchedPackages)
                return (change.touchedPackages, summary.closed)
            }
            _ = try await store.rematch()
            _ = try await load([("zlib", "CVE-2024-0009", nil)])
            // Ruby is mended: `json` in it, and nothing that has another owner or none.
            let mended = try await load([("zlib", "CVE-2024-0009", nil), ("ruby", "CVE-2024-0001", "0")])
            #expect(mended.touched == 2 && mended.closed == 1)
            // zlib owns nothing.
            let alone = try await load([("zlib", "CVE-2024-0009", "9"), ("ruby", "CVE-2024-0001", "0")])
            #expect(alone.touched == 1 && alone.closed == 0)
        }
    }

    @Test("A pass that is interrupted goes on where it was")
    func interrupted() async throws {
        try await TestDatabase.with { store in
            let run = try await store.plan([try SampleFleet.image("app", "1", layers: ["a"])])
            let names = (0..<40).map { "package-\($0)" }
            try await store.work(on: run, packages: names.map { ($0, "1.0") })
            _ = try await store.importing(SampleFeed.debian(names.map { ($0, "CVE-2024-\($0.dropFirst(8))", nil) }))
            let waiting = "SELECT count(*) FROM waiting_packages"
            let pass = Task { try await store.rematch(batch: 1) }
            while try await store.scalar(waiting) == 40 { await Task.yield() }
            pass.cancel()
            let first = await pass.result
            let rest = try #require(try await store.scalar(waiting))
            #expect(rest < 40)
            let second = try await store.rematch()
            #expect(second.packages == rest && second.opened == rest)
            if case .success(let summary) = first { #expect(summary.packages == 40 && rest == 0) }
            #expect(
                try await store.scalar("SELECT count(*) FROM package_vulnerabilities WHERE found_until IS NULL") == 40
            )
        }
    }

    @Test("A program with newer rules has everything matched again, once")
    func newerRules() async throws {
        try await TestDatabase.with { store in
            try await fill(store)
            #expect(try await store.rematch().packages == 12)
            #expect(try await store.rematch().packages == 0)
            try await store.execute("UPDATE matching_rules SET version = 0")
            #expect(try await store.rematch().packages == 12)
            #expect(try await store.rematch().packages == 0)
        }
    }
}
