import Versions

/// Version requirements as package managers write them, read as intervals.
///
/// An alternative is a list of comparisons that must all hold: `>= 1.2, < 2`, `~> 1.2.3`, `^0.3.1`, `1.x`. A bound that
/// stands for the next family of versions (`< 2` in `^1.2`) leaves out that family's pre-releases, too.
struct Requirement {
    /// How an operator without a mark, `^` and `~` are meant.
    enum Dialect {
        /// RubyGems: `Gem::Requirement`; no mark means equality.
        case gem
        /// Cargo: no mark means `^`.
        case cargo
        /// node-semver with pre-releases; no mark means equality, of a family where numbers are missing.
        case node
    }

    private let dialect: Dialect

    init(_ dialect: Dialect) { self.dialect = dialect }

    private static let maxBytes = 4096

    /// The intervals of alternatives parted by `||`; throws where a part is malformed.
    func spans(_ text: String) throws(RecordProblem) -> [VersionSpan] {
        guard text.utf8.count <= Self.maxBytes else { throw RecordProblem("a requirement of \(text.utf8.count) bytes") }
        var spans: [VersionSpan] = []
        for part in Self.alternatives(of: text) { spans += try span(part).map { [$0] } ?? [] }
        return spans
    }

    private static func alternatives(of text: String) -> [Substring] {
        text.split(separator: "|", omittingEmptySubsequences: true).filter { part in part.contains { !$0.isWhitespace }
        }
    }

    /// The interval of one alternative; `nil` where nothing is in it.
    private func span(_ text: Substring) throws(RecordProblem) -> VersionSpan? {
        var span = VersionSpan.all
        for (mark, version) in try Self.comparisons(text) {
            guard let next = try interval(mark, version) else { return nil }
            span = narrowed(span, by: next)
        }
        return span
    }

    /// The marks and versions of `>= 1.2, <2` or `>=1.2 <2`.
    private static func comparisons(_ text: Substring) throws(RecordProblem) -> [(mark: String, version: String)] {
        var found: [(mark: String, version: String)] = []
        var mark = ""
        for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            var rest = word
            while !rest.isEmpty {
                let symbols = rest.prefix { isMark($0) }
                if !symbols.isEmpty {
                    guard mark.isEmpty else { throw RecordProblem("two marks in \(text.prefix(60))") }
                    mark = String(symbols)
                    rest = rest.dropFirst(symbols.count)
                    continue
                }
                let version = rest.prefix { !isMark($0) }
                found.append((mark, String(version)))
                mark = ""
                rest = rest.dropFirst(version.count)
            }
        }
        guard mark.isEmpty, !found.isEmpty else { throw RecordProblem("no version in \(text.prefix(60))") }
        return found
    }

    private static func isMark(_ character: Character) -> Bool { "<>=!~^".contains(character) }

    private func interval(_ mark: String, _ text: String) throws(RecordProblem) -> VersionSpan? {
        let version = try WildVersion(text)
        switch mark {
        case ">=", "=>":
            return version.isAnything ? .all : VersionSpan(lower: .init(version: floor(version), isIncluded: true))
        case ">":
            guard !version.isAnything else { return nil }
            if dialect == .node, version.isPartial {
                return VersionSpan(lower: .init(version: ceiling(version), isIncluded: true))
            }
            return VersionSpan(lower: .init(version: version.text, isIncluded: false))
        case "<":
            guard !version.isAnything else { return nil }
            return VersionSpan(upper: .init(version: floor(version), isIncluded: false))
        case "<=", "=<":
            guard !version.isAnything else { return .all }
            if dialect == .node, version.isPartial {
                return VersionSpan(upper: .init(version: ceiling(version), isIncluded: false))
            }
            return VersionSpan(upper: .init(version: version.text, isIncluded: true))
        case "", "=", "==":
            guard !version.isAnything else { return .all }
            if dialect == .cargo, mark.isEmpty { return family(version, kept: version.firstNonZero) }
            if dialect == .node, version.isPartial { return family(version, kept: version.numbers.count) }
            return .exactly(version.text)
        case "^":
            return version.isAnything ? .all : family(version, kept: version.firstNonZero)
        case "~", "~>":
            guard !version.isAnything else { return .all }
            return family(
                version,
                kept: dialect == .gem ? max(version.numbers.count - 1, 1) : min(version.numbers.count, 2)
            )
        default: throw RecordProblem("an unknown mark \(mark.prefix(10))")
        }
    }

    /// From `version` to the end of those that share its first `kept` numbers.
    private func family(_ version: WildVersion, kept: Int) -> VersionSpan {
        VersionSpan(
            lower: .init(version: floor(version), isIncluded: true),
            upper: .init(version: ceiling(version, kept: kept), isIncluded: false)
        )
    }

    /// The version itself; of a family with missing numbers its first pre-release.
    private func floor(_ version: WildVersion) -> String {
        dialect == .node && version.isPartial ? lowest(version.numbers) : version.text
    }

    private func ceiling(_ version: WildVersion, kept: Int? = nil) -> String {
        var numbers = Array(version.numbers.prefix(kept ?? version.numbers.count))
        if let last = numbers.popLast() { numbers.append(last.successor) }
        return lowest(numbers)
    }

    /// Below every version, pre-releases included, that begins with `numbers`.
    private func lowest(_ numbers: [DecimalText]) -> String {
        guard dialect != .gem else { return (numbers.map(\.text) + ["A"]).joined(separator: ".") }
        let padded = numbers.map(\.text) + Array(repeating: "0", count: max(0, 3 - numbers.count))
        return padded.joined(separator: ".") + "-0"
    }

    /// Both must hold; the later of two bounds on one side is taken where they cannot be compared as text numbers.
    private func narrowed(_ one: VersionSpan, by other: VersionSpan) -> VersionSpan {
        VersionSpan(
            lower: tighter(one.lower, other.lower, isLower: true),
            upper: tighter(one.upper, other.upper, isLower: false)
        )
    }

    private func tighter(_ one: VersionSpan.Bound?, _ other: VersionSpan.Bound?, isLower: Bool) -> VersionSpan.Bound? {
        guard let one, let other else { return one ?? other }
        let scheme: VersionScheme = dialect == .gem ? .rubygems : .semver
        switch Versions.compare(one.version, other.version, scheme: scheme) {
        case .less: return isLower ? other : one
        case .greater: return isLower ? one : other
        default: return one.isIncluded ? other : one
        }
    }
}
