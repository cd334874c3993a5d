import ScanModel
import TallymanTesting
import Testing
import Versions

@testable import Advisories

struct DebianTrackerTests {
    private static func document(_ state: String, release: String = "bookworm") -> String {
        #"{"curl":{"CVE-2024-1":{"description":"d","releases":{"\#(release)":{\#(state)}}}}}"#
    }

    @Test(
        "A release's state becomes a range, its fix state and its severity",
        arguments: [
            (
                #""status":"resolved","fixed_version":"1.2-3","urgency":"high**""#, "1.2-3", FixState.fixed,
                Severity.high
            ),
            (#""status":"open","urgency":"unimportant""#, nil, .notFixed, .negligible),
            (#""status":"open","urgency":"not yet assigned","nodsa":"x","nodsa_reason":"ignored""#, nil, .wontFix, nil),
            (#""status":"open","urgency":"low","nodsa":"x","nodsa_reason":"postponed""#, nil, .notFixed, .low),
            (#""status":"open","urgency":"end-of-life""#, nil, .wontFix, nil),
            (#""status":"undetermined","urgency":"medium""#, nil, .unknown, .medium),
        ] as [(String, String?, FixState, Severity?)]
    )
    func states(state: String, fixed: String?, fixState: FixState, severity: Severity?) throws {
        let (sink, report) = try CollectingSink.importing(document: Self.document(state))
        let range = try #require(sink.records["debian"]?.first?.affected.first)
        #expect(range.ecosystem == "debian:12" && range.package == "curl" && range.scheme == .dpkg)
        #expect(range.fixed == fixed && range.fixState == fixState && range.severity == severity)
        #expect(report.providers.first?.records == 1)
    }

    @Test("Fixed in version 0 means that the release was never affected, which is kept and holds no version")
    func notAffected() throws {
        let state = #""status":"resolved","fixed_version":"0","repositories":{"bookworm":"7.88.1-10"},"urgency":"low""#
        let (sink, _) = try CollectingSink.importing(document: Self.document(state))
        let range = try #require(sink.records["debian"]?.first?.affected.first)
        #expect(range.isNotAffected && range.ecosystem == "debian:12")
        for version in ["0", "7.88.1-10", "", "0~~"] { #expect(!range.contains(version)) }
    }

    @Test("A resolved flaw is fixed in the version that the tracker names, whatever the release offers beside it")
    func resolved() throws {
        let state = #""status":"resolved","fixed_version":"0.34-4","repositories":{"bookworm":"0.34-4~deb12u1"}"#
        let (sink, _) = try CollectingSink.importing(document: Self.document(state))
        let range = try #require(sink.records["debian"]?.first?.affected.first)
        #expect(range.fixed == "0.34-4" && range.contains("0.34-4~deb12u1") && !range.contains("0.34-4"))
    }

    @Test(
        "Codenames become numbers",
        arguments: [("trixie", "debian:13"), ("sid", "debian:sid"), ("buster", "debian:10"), ("zurg", "debian:zurg")]
    )
    func codenames(name: String, key: String) throws {
        let state = #""status":"open","urgency":"low""#
        let (sink, _) = try CollectingSink.importing(document: Self.document(state, release: name))
        #expect(sink.records["debian"]?.first?.affected.first?.ecosystem == key)
    }

    @Test("A damaged record costs that record")
    func damagedRecord() throws {
        let good = #"{"releases":{"sid":{"status":"open","urgency":"low"}}}"#
        let text = """
            {"a":{"CVE-2024-1":\(good),"CVE-2024-2":{"releases":nonsense},"CVE-2024-3":{"releases":{"sid":{"status":"?"}}}},
             "b":{"CVE-2024-4":\(good),"CVE-2024-5":\(good)}}
            """
        let (sink, report) = try CollectingSink.importing(document: text)
        #expect(sink.records["debian"]?.map(\.id) == ["CVE-2024-1", "CVE-2024-4", "CVE-2024-5"])
        #expect(report.providers.first?.skipped == 2)
        #expect(report.providers.first?.problems.count == 2)
    }

    @Test("A file that is cut short is refused")
    func truncated() throws {
        let text = Self.document(#""status":"open","urgency":"low""#)
        for count in [text.utf8.count - 1, text.utf8.count - 5] {
            #expect(throws: AdvisoryError.self) {
                try CollectingSink.importing(document: String(decoding: text.utf8.prefix(count), as: UTF8.self))
            }
        }
    }

    @Test(
        "The derived tracker has the pairs that its description states",
        .enabled(if: SharedFixtures.feeds != nil, "\(SharedFixtures.missing)")
    )
    func sharedFile() throws {
        let path = SharedFixtures.feed("debian/tracker-bookworm-derived.json.gz")
        let (sink, report) = try CollectingSink.importing([path])
        #expect(report.providers.map(\.provider) == ["debian"])
        #expect(report.providers.first?.records == 20_334)
        #expect(report.providers.first?.skipped == 0)
        let records = sink.records["debian"] ?? []
        #expect(Set(records.map(\.id)).count == 19_619)
        #expect(Set(records.flatMap { $0.affected.map(\.package) }).count == 535)
    }
}
