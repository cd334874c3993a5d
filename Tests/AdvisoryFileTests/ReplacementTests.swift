import Advisories
import Foundation
import Matching
import ScanModel
import TallymanTesting
import Testing

@testable import AdvisoryFile

struct ReplacementTests {
    private static func record(_ id: String, _ ecosystem: String, _ package: String, fixed: String) -> String {
        """
        {"id":"\(id)","modified":"2024-01-01T00:00:00Z","aliases":["CVE-2024-1"],"summary":"s","affected":[{"package":\
        {"ecosystem":"\(ecosystem)","name":"\(package)"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},\
        {"fixed":"\(fixed)"}]}]}]}
        """
    }

    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/cache/advisories.db"
        try folder.write("feeds/a.json", Self.record("PYSEC-1", "PyPI", "Flask", fixed: "2.0").utf8)
        try folder.write("feeds/npm/b.json", Self.record("GHSA-1", "npm", "left-pad", fixed: "1.0.1").utf8)
        try folder.write("feeds/epss.csv", "cve,epss,percentile\nCVE-2024-1,0.5,0.75\n".utf8)
    }

    private var bytes: Data { get throws { try Data(contentsOf: URL(fileURLWithPath: path)) } }

    private func find(_ name: String, _ version: String, _ type: PackageType = .python) throws -> [Finding] {
        let package = Package(type: type, name: name, version: version)
        return try AdvisoryFile(path: path).match([MatchSubject(package, distro: nil)]).flatMap { $0 }
    }

    @Test("What was imported is found")
    func roundTrip() throws {
        let report = try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        #expect(report.providers.map(\.provider) == ["epss", "npm", "pypi"])
        let finding = try #require(try find("flask", "1.0").first)
        #expect(finding.id == "CVE-2024-1" && finding.aliases == ["PYSEC-1"] && finding.fixedVersions == ["2.0"])
        #expect(finding.epss == 0.5 && finding.epssPercentile == 0.75 && finding.provider == "pypi")
        #expect(try find("flask", "2.0").isEmpty)
        #expect(try find("left-pad", "1.0.0", .npm).count == 1)
        let status = try AdvisoryFile(path: path).status()
        #expect(status.map(\.provider) == ["epss", "npm", "pypi"] && status.allSatisfy { $0.records == 1 })
    }

    @Test("A second import of the same feeds changes nothing")
    func determinism() throws {
        let first = try AdvisoryFile.build(
            at: path,
            from: [folder.path + "/feeds"],
            now: Date(timeIntervalSince1970: 1)
        )
        let status = try AdvisoryFile(path: path).status()
        let before = try bytes
        let second = try AdvisoryFile.build(
            at: path,
            from: [folder.path + "/feeds"],
            now: Date(timeIntervalSince1970: 9)
        )
        #expect(first.providers == second.providers && first.unchanged.isEmpty)
        #expect(second.unchanged == ["epss", "npm", "pypi"])
        #expect(try bytes == before)
        // That it looked is kept beside the file: policies ask how old the feeds are.
        let later = try AdvisoryFile(path: path).status()
        #expect(later.map(\.imported) == status.map(\.imported) && later.map(\.build) == status.map(\.build))
        #expect(status.allSatisfy { $0.checked == "1970-01-01T00:00:01Z" })
        #expect(later.allSatisfy { $0.checked == "1970-01-01T00:00:09Z" })
    }

    @Test("Importing a provider again replaces that provider and no other")
    func oneProvider() throws {
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let new = try folder.write("new.json", Self.record("PYSEC-2", "PyPI", "django", fixed: "5.0").utf8)
        try AdvisoryFile.build(at: path, from: [new])
        #expect(try find("flask", "1.0").isEmpty)
        #expect(try find("django", "4.0").count == 1)
        #expect(try find("left-pad", "1.0.0", .npm).count == 1)
        #expect(try find("django", "4.0").first?.epss == 0.5)
    }

    @Test("A broken, empty or missing feed leaves the file as it was")
    func failures() throws {
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let before = try bytes
        let broken = [
            try folder.write("bad/x.zip", [0x50, 0x4B, 3, 4, 1, 2, 3]),
            try folder.write("bad2/kev.json", #"{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-1""#.utf8),
            try folder.write("bad3/a.json", Self.record("PYSEC-1", "PyPI", "flask", fixed: "2").utf8.dropLast(2)),
            try folder.write("bad4/readme.txt", "x".utf8),
            try folder.write("bad5/epss.csv", "cve,epss\n".utf8),
            folder.path + "/nowhere",
        ]
        for feed in broken {
            #expect(throws: AdvisoryError.self, "\(feed)") { try AdvisoryFile.build(at: path, from: [feed]) }
            #expect(try bytes == before)
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache")
        #expect(left.sorted() == ["advisories.db", "advisories.db.checked", "advisories.db.lock"])
    }

    @Test("One broken feed costs its provider, which keeps what it had; the others go on")
    func isolation() throws {
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let builds = try AdvisoryFile(path: path).status().map(\.build)
        try folder.write("feeds/epss.csv", "cve,epss\nCVE-2024-1,much\nCVE-2024-2,more\n".utf8)
        try folder.write("feeds/a.json", Self.record("PYSEC-1", "PyPI", "Flask", fixed: "3.0").utf8)
        let report = try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        #expect(report.providers.map(\.provider) == ["npm", "pypi"] && report.unchanged == ["npm"])
        #expect(report.problems.map(\.subject) == ["epss"])
        let status = try AdvisoryFile(path: path).status()
        #expect(status.map(\.build).prefix(2) == builds.prefix(2) && status[2].build != builds[2])
        #expect(status[0].problem != nil && status[1].problem == nil && status[2].problem == nil)
        #expect(try find("flask", "2.5").first?.epss == 0.5)
        try folder.write("feeds/epss.csv", "cve,epss,percentile\nCVE-2024-1,0.6,0.75\n".utf8)
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        #expect(try AdvisoryFile(path: path).status().allSatisfy { $0.problem == nil })
        #expect(try find("flask", "2.5").first?.epss == 0.6)
    }

    @Test("A file that is damaged as a whole holds back the providers that it had, and no other")
    func damagedFile() throws {
        let score = "cve,epss,percentile\nCVE-2024-1,0.5,0.75\n".utf8
        try folder.write("feeds/epss.csv.gz", GzipBuilder.member(Array(score)))
        try FileManager.default.removeItem(atPath: folder.path + "/feeds/epss.csv")
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let build = try AdvisoryFile(path: path).status().first?.build
        try folder.write("feeds/epss.csv.gz", GzipBuilder.member(Array(score)).dropLast(12))
        try folder.write("feeds/epss-2.csv", "cve,epss,percentile\nCVE-2024-7,0.1,0.2\n".utf8)
        try folder.write("feeds/a.json", Self.record("PYSEC-1", "PyPI", "Flask", fixed: "3.0").utf8)
        let report = try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        #expect(report.providers.map(\.provider) == ["npm", "pypi"])
        #expect(report.problems.map(\.subject) == ["epss.csv.gz", "epss"])
        let status = try AdvisoryFile(path: path).status()
        #expect(status.first?.build == build && status.first?.problem?.reason.contains("kept as it was") == true)
        #expect(try find("flask", "2.5").count == 1)
    }

    @Test("Data of an earlier date never replaces newer data, except where that is asked for")
    func older() throws {
        func kev(_ version: String, _ cve: String) -> String {
            #"{"catalogVersion":"\#(version)","vulnerabilities":[{"cveID":"\#(cve)","dateAdded":"2024-01-01"}]}"#
        }
        let newer = try folder.write("new/kev.json", kev("2024.05.02", "CVE-2024-2").utf8)
        let older = try folder.write("old/kev.json", kev("2024.05.01", "CVE-2024-1").utf8)
        try AdvisoryFile.build(at: path, from: [newer])
        let before = try bytes
        let error = #expect(throws: AdvisoryError.self) { try AdvisoryFile.build(at: path, from: [older]) }
        #expect(error?.code == .outdated && error?.message.hasSuffix("; --allow-older takes it all the same") == true)
        #expect(try bytes == before)
        var options = AdvisoryImport.Options()
        options.allowsOlder = true
        try AdvisoryFile.build(at: path, from: [older], options: options)
        #expect(try AdvisoryFile(path: path).status().first?.date == "2024.05.01")
    }

    @Test("Another program reads files anew, and the same content stays the same build")
    func otherProgram() throws {
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let before = try bytes
        var options = AdvisoryImport.Options()
        options.reader = "another"
        let report = try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"], options: options)
        #expect(report.unchanged.isEmpty && report.providers.count == 3)
        #expect(try bytes == before)
    }

    @Test("Files beside feeds are named for what they are")
    func ignored() throws {
        try folder.write(
            "feeds/cpe-index.json",
            #"{"ecosystems": {"npm": {"left-pad": ["cpe:2.3:a:x:left-pad:*:*:*:*:*:*:*:*"]}}}"#.utf8
        )
        try folder.write(
            "feeds/nvdcpe-2.0-chunk-00001.json",
            #"{"resultsPerPage": 1,"format": "NVD_CPE","products": [{"cpe":{"cpeName":"x"}}]}"#.utf8
        )
        try folder.write("feeds/security-support-ended", "binutils * 2023-01-01\n".utf8)
        try folder.write("feeds/table.tsv", "source\tversion\tsuites\tcves\n".utf8)
        try folder.write("feeds/notes.txt", "x".utf8)
        let report = try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        #expect(report.skippedFiles == ["notes.txt: no feed that is read here"])
        #expect(report.ignoredFiles.count == 4 && report.problems.isEmpty)
    }

    @Test("A file that is none of ours is refused and kept")
    func foreignFile() throws {
        let foreign = try folder.write("notes.txt", "my notes, all of them".utf8)
        #expect(throws: AdvisoryFileError.self) { try AdvisoryFile(path: foreign) }
        #expect(throws: AdvisoryFileError.self) { try AdvisoryFile.build(at: foreign, from: [folder.path + "/feeds"]) }
        #expect(try String(contentsOfFile: foreign, encoding: .utf8) == "my notes, all of them")
        #expect(throws: AdvisoryFileError.self) { try AdvisoryFile(path: folder.path + "/none.db") }
    }

    @Test("A reader keeps its file while another takes its place")
    func readerSurvives() throws {
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let reader = try AdvisoryFile(path: path)
        let new = try folder.write("new.json", Self.record("PYSEC-2", "PyPI", "django", fixed: "5.0").utf8)
        try AdvisoryFile.build(at: path, from: [new])
        let package = Package(type: .python, name: "flask", version: "1.0")
        #expect(try reader.match([MatchSubject(package, distro: nil)]).first?.count == 1)
    }

    @Test("What an import left behind that was killed is removed by the next, and nothing else is")
    func leftovers() throws {
        let others = ["advisories.db.new.", "advisories.db.new.db", "advisories.db.news", "other.db.new.1"]
        let names = ["advisories.db.new.1", "advisories.db.new.23-journal"] + others
        for name in names { try folder.write("cache/\(name)", "x".utf8) }
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache")
        #expect(names.filter { left.contains($0) } == others)
        #expect(left.filter { $0.hasPrefix("advisories.db.new.") }.sorted() == Array(others.prefix(2)))
    }

    @Test("A second writer is kept out")
    func lock() throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/cache", withIntermediateDirectories: true)
        let holder = try FileReplacement(path)
        defer { holder.discard() }
        #expect(throws: AdvisoryFileError.self) { try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"]) }
    }

    @Test(
        "A zip cut short is refused and the file kept",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)")
    )
    func truncatedZip() throws {
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        let before = try bytes
        let zip = try Data(contentsOf: URL(fileURLWithPath: SharedFixtures.feed("osv/Go.zip")))
        let cut = try folder.write("Go.zip", zip.prefix(zip.count * 2 / 3))
        #expect(throws: AdvisoryError.self) { try AdvisoryFile.build(at: path, from: [cut]) }
        #expect(try bytes == before)
    }

    @Test(
        "Damage inside a zip costs the records it hits",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)")
    )
    func damagedZip() throws {
        var zip = try Data(contentsOf: URL(fileURLWithPath: SharedFixtures.feed("osv/Go.zip")))
        for offset in stride(from: 100_000, to: 200_000, by: 20_000) { zip[offset] ^= 0xFF }
        let damaged = try folder.write("Go.zip", zip)
        let provider = try #require(try AdvisoryFile.build(at: path, from: [damaged]).providers.first)
        #expect((1...5).contains(provider.skipped))
        #expect(provider.records + provider.skipped == 4291)
    }

    @Test("What is said of CVEs and of releases is stored, joined and replaced, and a second import changes nothing")
    func enrichment() throws {
        func nvd(_ modified: String, _ vector: String) -> String {
            """
            {"format":"NVD_CVE","vulnerabilities":[{"cve":{"id":"CVE-2024-1","lastModified":"\(modified)",
             "metrics":{"cvssMetricV31":[{"type":"Primary","cvssData":{"vectorString":"\(vector)"}}]},
             "configurations":[{"nodes":[{"operator":"OR","cpeMatch":[{"vulnerable":true,"versionStartExcluding":"1",
              "versionEndExcluding":"2","criteria":"cpe:2.3:a:redis:redis:*:*:*:*:*:*:*:*"}]}]}]}}]}
            """
        }
        let low = "CVSS:3.1/AV:L/AC:H/PR:H/UI:N/S:U/C:L/I:N/A:N"
        let critical = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
        try folder.write("feeds/nvd/1.json", nvd("2024-02-01T00:00:00", critical).utf8)
        try folder.write("feeds/nvd/2.json", nvd("2024-01-01T00:00:00", low).utf8)
        let table =
            "version,codename,series,created,release,eol\n12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-06-10\n"
        try folder.write("feeds/debian.csv", table.utf8)
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        #expect(try find("flask", "1.0").first?.severity == .critical)
        let program = PackageType(rawValue: "binary")
        #expect(try find("redis", "1.5", program).first?.id == "CVE-2024-1")
        #expect(try find("redis", "1", program).isEmpty && find("redis", "2", program).isEmpty)
        let debian = Distro(id: "debian", versionID: "12", name: "Debian")
        #expect(try AdvisoryFile(path: path).support(of: debian).endOfLife == "2026-06-10")
        let before = try bytes
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds"])
        #expect(try bytes == before)
        try folder.write("feeds/nvd/1.json", nvd("2023-01-01T00:00:00", critical).utf8)
        try AdvisoryFile.build(at: path, from: [folder.path + "/feeds/nvd"])
        #expect(try find("flask", "1.0").first?.severity == .low)
    }
}
