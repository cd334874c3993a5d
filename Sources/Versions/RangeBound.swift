/// One bound of a range: an operator and the version it speaks of.
struct RangeBound: Sendable {
    private let operation: RangeOperator
    private let version: ParsedVersion
    /// How many of the bound's numbers a version must share, besides what the operator says.
    private let keptNumbers: Int?
    /// Whether the bound names a family of versions: `== 1.2.*`.
    private let isFamily: Bool

    /// Nil where the version cannot be ordered or the scheme has no such operator.
    init?(_ operation: RangeOperator, version text: ArraySlice<UInt8>, scheme: VersionScheme) {
        var text = text
        let isFamily = scheme == .pep440 && text.suffix(2).elementsEqual([ASCII.dot, ASCII.asterisk])
        if isFamily { text = text.dropLast(2) }
        let version = ParsedVersion(bytes: text, scheme: scheme)
        guard version.isOrdered else { return nil }
        self.operation = operation
        self.version = version
        self.isFamily = isFamily

        if isFamily {
            guard operation == .equal || operation == .notEqual else { return nil }
            keptNumbers = version.numbers.count
            return
        }
        switch operation {
        case .tilde, .pessimistic, .caret:
            if scheme == .apk {
                guard operation != .caret else { return nil }
                keptNumbers = nil
                return
            }
            guard let kept = Self.keptNumbers(operation, version.numbers, scheme: scheme) else { return nil }
            keptNumbers = kept
        default:
            keptNumbers = nil
        }
    }

    /// A plain bound on a version that is parsed already.
    init(_ operation: RangeOperator, _ version: SemanticVersion) {
        self.operation = operation
        self.version = ParsedVersion(form: .semantic(version), scheme: .npm)
        keptNumbers = nil
        isFamily = false
    }

    /// Whether an ordered version of the bound's scheme is within the bound.
    func holds(_ candidate: ParsedVersion) -> Bool {
        if isFamily { return sharesNumbers(candidate) == (operation == .equal) }
        guard let comparison = compare(candidate) else { return false }
        return operation.accepts(comparison) && sharesNumbers(candidate)
    }

    private func compare(_ candidate: ParsedVersion) -> VersionComparison? {
        switch (candidate.form, version.form) {
        case (.python(let one), .python(let bound)):
            return one.compare(to: bound, includingLocal: Self.countsLocal(operation, one, bound))
        case (.alpine(let one), .alpine(let bound)):
            switch operation {
            case .tilde, .pessimistic:
                // Only what continues the bound is accepted, nothing merely newer.
                return one.compare(to: bound, isPrefix: true) == .equal ? .equal : .less
            default:
                return one.compare(to: bound)
            }
        default:
            return candidate.compare(to: version)
        }
    }

    /// PEP 440, "Version specifiers": a local part counts where the bound has one, never in an exclusive comparison
    /// of two local builds.
    private static func countsLocal(_ operation: RangeOperator, _ one: PythonVersion, _ bound: PythonVersion) -> Bool {
        guard bound.hasLocal else { return false }
        return operation == .less || operation == .greater ? !one.hasLocal : true
    }

    private func sharesNumbers(_ candidate: ParsedVersion) -> Bool {
        guard let keptNumbers else { return true }
        if case .python(let one) = candidate.form, case .python(let bound) = version.form, one.epoch != bound.epoch {
            return false
        }
        let shared = candidate.numbers.prefix(keptNumbers)
        return VersionComparison.ofNumbers(Array(shared), Array(version.numbers.prefix(keptNumbers))) == .equal
    }

    private static func keptNumbers(
        _ operation: RangeOperator,
        _ numbers: [DecimalNumber],
        scheme: VersionScheme
    ) -> Int? {
        switch (operation, scheme) {
        case (.pessimistic, .pep440):
            return numbers.count > 1 ? numbers.count - 1 : nil
        case (.pessimistic, .semver), (.pessimistic, .go), (.pessimistic, .generic), (.pessimistic, .rubygems),
            (.pessimistic, .composer), (.pessimistic, .nuget):
            return max(numbers.count - 1, 1)
        case (.tilde, .composer):
            return max(numbers.count - 1, 1)
        case (.tilde, .semver), (.tilde, .go), (.tilde, .generic), (.tilde, .nuget):
            return min(numbers.count, 2)
        case (.caret, .semver), (.caret, .go), (.caret, .generic), (.caret, .composer), (.caret, .nuget):
            return numbers.firstIndex { !$0.isZero }.map { $0 + 1 } ?? numbers.count
        default:
            return nil
        }
    }
}

extension ParsedVersion {
    /// The leading numbers of the version as written, none in a scheme whose ranges keep no numbers.
    var numbers: [DecimalNumber] {
        switch form {
        case .python(let version): version.release
        case .semantic(let version): version.core
        case .gem(let version): version.core
        case .generic(let version): version.core
        default: []
        }
    }
}
