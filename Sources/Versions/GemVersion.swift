/// A RubyGems version as `Gem::Version` orders: runs of digits and of letters, trailing zeros dropped.
struct GemVersion: Sendable {
    /// The numbers before the first word, as written.
    let core: [DecimalNumber]
    /// The numbers of the core and the rest, each without its trailing zeros.
    private let canonical: [Segment]

    private enum Segment: Sendable {
        case number(DecimalNumber)
        case word([UInt8])

        var isZero: Bool {
            guard case .number(let number) = self else { return false }
            return number.isZero
        }
    }

    init(_ text: ArraySlice<UInt8>) {
        var scanner = ByteScanner(GemPlatform.strip(from: text.trimmed))
        scanner.takeLeadingV()
        var core: [DecimalNumber] = []
        var tail: [Segment] = []
        while let byte = scanner.next {
            if let number = scanner.takeNumber() {
                if tail.isEmpty { core.append(number) } else { tail.append(.number(number)) }
            } else if byte.isLetter {
                tail.append(.word(Array(scanner.take(while: \.isLetter))))
            } else {
                // A dash stands for ".pre.".
                if byte == ASCII.dash { tail.append(.word(Array("pre".utf8))) }
                scanner.skip()
            }
        }
        self.core = core
        canonical = Self.withoutTrailingZeros(core.map(Segment.number)) + Self.withoutTrailingZeros(tail)
    }

    func compare(to other: GemVersion) -> VersionComparison {
        for index in 0..<max(canonical.count, other.canonical.count) {
            let zero = Segment.number(.zero)
            let one = index < canonical.count ? canonical[index] : zero
            let two = index < other.canonical.count ? other.canonical[index] : zero
            let result: VersionComparison =
                switch (one, two) {
                case (.number(let one), .number(let two)): VersionComparison(one, two)
                case (.word(let one), .word(let two)): .ofBytes(one, two)
                case (.number, .word): .greater
                case (.word, .number): .less
                }
            if result != .equal { return result }
        }
        return .equal
    }

    private static func withoutTrailingZeros(_ segments: [Segment]) -> [Segment] {
        var kept = segments
        while let last = kept.last, last.isZero { kept.removeLast() }
        return kept
    }
}
