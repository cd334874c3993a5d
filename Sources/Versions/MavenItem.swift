/// One item in a list of a Maven version.
enum MavenItem: Sendable {
    case number(DecimalNumber)
    case qualifier(MavenQualifier)
    /// A qualifier with its number: `rc2`, `rc-2`.
    case numbered(MavenQualifier, DecimalNumber)

    var isZero: Bool {
        guard case .number(let number) = self else { return false }
        return number.isZero
    }

    var isNumber: Bool {
        guard case .number = self else { return false }
        return true
    }

    var isPlainQualifier: Bool {
        guard case .qualifier = self else { return false }
        return true
    }

    func compare(to other: MavenItem) -> VersionComparison {
        switch (self, other) {
        case (.number(let one), .number(let two)): VersionComparison(one, two)
        case (.number, _): .greater
        case (_, .number): .less
        case (.qualifier(let one), .qualifier(let two)): one.compare(to: two)
        case (.qualifier(let one), .numbered(let two, _)): one.compare(to: two).then(.less)
        case (.numbered(let one, _), .qualifier(let two)): one.compare(to: two).then(.greater)
        case (.numbered(let one, let number), .numbered(let two, let otherNumber)):
            one.compare(to: two).then(VersionComparison(number, otherNumber))
        }
    }

    /// How the item stands to the end of the other version.
    var comparedToNothing: VersionComparison {
        switch self {
        case .number(let number): number.isZero ? .equal : .greater
        case .qualifier(let qualifier), .numbered(let qualifier, _): qualifier.compare(to: .release)
        }
    }

    /// How the item stands to a sub-list of the other version: `1.1` after `1-1`, `1.any` before it.
    var comparedToList: VersionComparison { isNumber ? .greater : .less }
}

/// A word in a Maven version: the known ones in order of maturity, then all others by their bytes.
struct MavenQualifier: Sendable {
    static let release = MavenQualifier(rank: 5)

    private let rank: Int
    /// The word itself, kept for an unknown one alone.
    private let text: [UInt8]

    private init(rank: Int, text: [UInt8] = []) {
        self.rank = rank
        self.text = text
    }

    /// The qualifier spelled by a word in small letters; one letter before a number is short for a phase.
    init(_ word: ArraySlice<UInt8>, isNumbered: Bool) {
        let longestName = 9
        let name = word.count <= longestName ? String(decoding: word, as: UTF8.self) : ""
        switch (name, isNumbered) {
        case ("alpha", _), ("a", true): self.init(rank: 0)
        case ("beta", _), ("b", true): self.init(rank: 1)
        case ("milestone", _), ("m", true): self.init(rank: 2)
        case ("rc", _), ("cr", _): self.init(rank: 3)
        case ("snapshot", _): self.init(rank: 4)
        case ("ga", _), ("final", _), ("release", _): self = .release
        case ("sp", _): self.init(rank: 6)
        default: self.init(rank: 7, text: Array(word))
        }
    }

    func compare(to other: MavenQualifier) -> VersionComparison {
        VersionComparison(rank, other.rank).then(.ofBytes(text, other.text))
    }
}
