import ScanModel
import TallymanTesting
import Testing
import Versions

@testable import Advisories

struct RequirementTests {
    private static func describe(_ range: AffectedRange) -> String {
        let start = range.introduced.map { "[\($0)" } ?? range.introducedAfter.map { "(\($0)" } ?? "("
        let end = range.lastAffected.map { "\($0)]" } ?? range.fixed.map { "\($0))" } ?? ")"
        let fix = range.lastAffected == nil ? "" : range.fixed.map { " fixed \($0)" } ?? ""
        return "\(start),\(end)\(fix)"
    }

    private func ranges(
        _ dialect: Requirement.Dialect,
        affected: String? = nil,
        patched: [String] = [],
        unaffected: [String] = []
    ) throws -> [String] {
        let requirement = Requirement(dialect)
        var spans = AffectedSpans()
        if let affected { spans.affected = try requirement.spans(affected) }
        spans.patched = try patched.flatMap { try requirement.spans($0) }
        spans.unaffected = try unaffected.flatMap { try requirement.spans($0) }
        let scheme: VersionScheme = dialect == .gem ? .rubygems : dialect == .cargo ? .semver : .npm
        let template = AffectedRange(ecosystem: "x", package: "x", scheme: scheme, fixState: .unknown)
        return try spans.ranges(template).map(Self.describe)
    }

    @Test("Gems: every version is affected but the patched and the unaffected ones")
    func gems() throws {
        #expect(
            try ranges(.gem, patched: ["~> 1.1.3", "~> 1.2.5", ">= 1.4.0"])
                == ["(,1.1.3)", "[1.2.A,1.2.5)", "[1.3.A,1.4.0)"]
        )
        #expect(try ranges(.gem, patched: [">= 4.0.5"], unaffected: ["< 4.0"]) == ["[4.0,4.0.5)"])
        #expect(try ranges(.gem, patched: ["> 2.3.1"]) == ["(,2.3.1]"])
        #expect(try ranges(.gem, unaffected: ["<= 1.2"]) == ["(1.2,)"])
        #expect(try ranges(.gem, patched: ["~> 3.2.8, >= 3.2.8.1", ">= 3.3.A"]) == ["(,3.2.8.1)"])
        #expect(try ranges(.gem) == ["(,)"])
        #expect(try ranges(.gem, patched: [">= 0"]) == ["(,0)"])
    }

    @Test("Crates: carets, exact holes and ranges")
    func crates() throws {
        #expect(try ranges(.cargo, patched: ["^1.2.3", ">= 2.1.0"]) == ["(,1.2.3)", "[2.0.0-0,2.1.0)"])
        #expect(try ranges(.cargo, patched: ["0.3.4", ">=0.4"]) == ["(,0.3.4)", "[0.4.0-0,0.4)"])
        #expect(
            try ranges(.cargo, patched: [">= 0.2.23"], unaffected: ["=0.2.0", "= 0.2.1", "< 0.1"])
                == ["[0.1,0.2.0)", "(0.2.0,0.2.1)", "(0.2.1,0.2.23)"]
        )
        #expect(try ranges(.cargo, unaffected: ["< 1.0.0", ">= 2.0.0"]) == ["[1.0.0,2.0.0)"])
    }

    @Test("npm: what is vulnerable and not patched, with the fix above it")
    func node() throws {
        #expect(try ranges(.node, affected: "<=1.5.1", patched: [">=1.5.2"]) == ["(,1.5.1] fixed 1.5.2"])
        #expect(
            try ranges(.node, affected: "8.x || 7.x || 4.x", patched: ["^8.1.4 || ^4.8.4"])
                == ["[4.0.0-0,4.8.4)", "[7.0.0-0,8.1.4)"]
        )
        #expect(
            try ranges(.node, affected: "<=6.8.5", patched: [">=5.0.3 <6.0.0 || >=6.8.6"])
                == ["(,5.0.3)", "[6.0.0,6.8.5] fixed 6.8.6"]
        )
        #expect(try ranges(.node, affected: "*") == ["(,)"])
        #expect(try ranges(.node, affected: "1.2.3 || >2.0 <3") == ["[1.2.3,1.2.3]", "[2.1.0-0,3.0.0-0)"])
        #expect(try ranges(.node, affected: "<2 >1.0.0") == ["(1.0.0,2.0.0-0)"])
    }

    @Test(
        "What is no requirement is refused",
        arguments: [">=", "~~ 1", ">= <", "abc!", "=", ">= \u{1}", String(repeating: "1", count: 5000)]
    )
    func refused(text: String) {
        #expect(throws: RecordProblem.self) { try Requirement(.node).spans(text) }
    }

    @Test("A version lies in the remaining intervals just where it is affected and not safe")
    func property() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<400 {
            func span() -> VersionSpan {
                func bound() -> VersionSpan.Bound? {
                    random.oneIn(5) ? nil : .init(version: "\(random.below(12))", isIncluded: random.oneIn(2))
                }
                return VersionSpan(lower: bound(), upper: bound())
            }
            let affected = (0...random.below(3)).map { _ in span() }
            let safe = (0..<random.below(4)).map { _ in span() }
            let rest = try #require(VersionSpans(affected, scheme: .generic).subtracting(safe))
            for number in 0...12 {
                for half in [0, 5] {
                    let value = number * 10 + half
                    let expected = affected.contains { holds($0, value) } && !safe.contains { holds($0, value) }
                    #expect(rest.contains { holds($0, value) } == expected)
                }
            }
        }
    }

    private func holds(_ span: VersionSpan, _ value: Int) -> Bool {
        if let lower = span.lower, let bound = Int(lower.version) {
            guard lower.isIncluded ? value >= bound * 10 : value > bound * 10 else { return false }
        }
        if let upper = span.upper, let bound = Int(upper.version) {
            guard upper.isIncluded ? value <= bound * 10 : value < bound * 10 else { return false }
        }
        return true
    }
}
