import Advisories
import Foundation
import ScanModel
import TallymanTesting
import Testing
import Versions

@testable import Store

@Suite("Advisories as the fleet's database keeps them")
struct StoredAdvisoryTests {
    private static let texts = [
        "", "1.2-3+deb12u1", "0:4.18.0-80.el8", "\"quoted\" \\ back", "tab\tline\nend\u{1}", "käse 🧀 \u{2028}", "a/b",
        "null",
    ]

    private struct Sample {
        var random: SeededRandom

        mutating func text() -> String { StoredAdvisoryTests.texts[random.below(StoredAdvisoryTests.texts.count)] }
        mutating func optional() -> String? { random.oneIn(3) ? nil : text() }
        mutating func list() -> [String] { (0..<random.below(4)).map { _ in text() } }
        mutating func one<Value: CaseIterable>(_ type: Value.Type) -> Value {
            let all = Array(type.allCases)
            return all[random.below(all.count)]
        }
        mutating func vectors() -> [CVSSVector] {
            (0..<random.below(3)).map { _ in
                CVSSVector(version: text(), vector: text(), score: Double(random.below(101)) / 10)
            }
        }
    }

    @Test("are read as they were written, whatever they hold", arguments: 1...200)
    func roundTrip(seed: Int) throws {
        var sample = Sample(random: SeededRandom(seed: UInt64(seed)))
        let range = AffectedRange(
            ecosystem: sample.text(),
            package: sample.text(),
            scheme: sample.one(VersionScheme.self),
            introduced: sample.optional(),
            introducedAfter: sample.optional(),
            fixed: sample.optional(),
            lastAffected: sample.optional(),
            versions: sample.list(),
            isEnumeration: sample.random.oneIn(2),
            fixState: sample.one(FixState.self),
            severity: sample.random.oneIn(2) ? nil : sample.one(Severity.self),
            module: sample.optional(),
            architectures: sample.random.oneIn(2) ? nil : sample.list()
        )
        #expect(try StoredAdvisory.range(try json(range)) == range)
        let record = AdvisoryRecord(
            id: sample.text(),
            provider: sample.text(),
            aliases: sample.list(),
            covers: sample.list(),
            severity: sample.one(Severity.self),
            cvss: sample.vectors(),
            published: sample.optional(),
            modified: sample.optional(),
            withdrawn: sample.optional(),
            summary: sample.text(),
            urls: sample.list()
        )
        var kept = record
        (kept.modified, kept.urls) = (nil, [])
        #expect(try StoredAdvisory.record(try json(record)) == kept)
        let enrichment = CVEEnrichment(
            cve: sample.text(),
            provider: sample.text(),
            severity: sample.one(Severity.self),
            cvss: sample.vectors(),
            published: sample.optional(),
            modified: sample.optional(),
            summary: sample.text(),
            urls: sample.list(),
            weaknesses: sample.list(),
            ssvc: sample.random.oneIn(2)
                ? nil : SSVC(exploitation: sample.text(), automatable: sample.text(), technicalImpact: sample.text()),
            knownExploited: sample.optional(),
            isRejected: sample.random.oneIn(2)
        )
        var known = enrichment
        (known.modified, known.urls, known.weaknesses, known.ssvc) = (nil, [], [], nil)
        #expect(try StoredAdvisory.enrichment(try json(enrichment)) == known)
        let entry = KEVEntry(
            cve: sample.text(),
            dateAdded: sample.text(),
            dueDate: sample.optional(),
            ransomware: sample.random.oneIn(2),
            name: sample.text()
        )
        #expect(try StoredAdvisory.exploitation(try json(entry)) == entry)
    }

    @Test(
        "that are none are refused with an error",
        arguments: ["", "[]", "{", "{}", #"{"scheme":"none"}"#, #"{"id":1}"#]
    )
    func damaged(text: String) {
        #expect(throws: StoreError.self) { try StoredAdvisory.range(text) }
        #expect(throws: StoreError.self) { try StoredAdvisory.record(text) }
        #expect(throws: StoreError.self) { try StoredAdvisory.enrichment(text) }
        #expect(throws: StoreError.self) { try StoredAdvisory.exploitation(text) }
    }

    /// As ``FleetAdvisorySink`` writes it.
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
