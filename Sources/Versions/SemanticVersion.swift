/// A semantic version (Semantic Versioning 2.0), read leniently: any number of segments, a leading `v`,
/// a pre-release with no dash before it (`1.21rc2`, `1.0.0.beta`).
struct SemanticVersion: Sendable {
    /// The numbers as written; missing ones compare as zero.
    let core: [DecimalNumber]
    let preRelease: [Identifier]

    enum Identifier: Sendable {
        case number(DecimalNumber)
        case text([UInt8])
    }

    init(core: [DecimalNumber], preRelease: [Identifier] = []) {
        self.core = core
        self.preRelease = preRelease
    }

    /// Nil where the text does not begin with a number.
    init?(_ text: ArraySlice<UInt8>) {
        var scanner = ByteScanner(text.trimmed)
        _ = scanner.take(ASCII.equals)
        scanner.takeLeadingV()
        let core = scanner.takeDottedNumbers()
        guard !core.isEmpty else { return nil }
        let isDotted = scanner.next == ASCII.dot
        if isDotted || scanner.next == ASCII.dash || scanner.next == ASCII.underscore || scanner.next == ASCII.tilde {
            scanner.skip()
        }
        let tail = scanner.take { $0 != ASCII.plus && !$0.isSpace }
        self.init(core: core, preRelease: Self.identifiers(isDotted ? Self.dashed(tail) : tail))
    }

    func compare(to other: SemanticVersion) -> VersionComparison {
        VersionComparison.ofNumbers(core, other.core).then(comparePreRelease(to: other))
    }

    /// Section 11.3 and 11.4: a pre-release precedes its release, identifiers compare one by one.
    private func comparePreRelease(to other: SemanticVersion) -> VersionComparison {
        if preRelease.isEmpty || other.preRelease.isEmpty {
            return VersionComparison(preRelease.isEmpty ? 1 : 0, other.preRelease.isEmpty ? 1 : 0)
        }
        for (one, two) in zip(preRelease, other.preRelease) {
            let result: VersionComparison =
                switch (one, two) {
                case (.number(let one), .number(let two)): VersionComparison(one, two)
                case (.text(let one), .text(let two)): .ofBytes(one, two)
                case (.number, .text): .less
                case (.text, .number): .greater
                }
            if result != .equal { return result }
        }
        return VersionComparison(preRelease.count, other.preRelease.count)
    }

    /// The identifiers of a pre-release, none for an empty text.
    static func identifiers(_ text: ArraySlice<UInt8>) -> [Identifier] {
        guard !text.isEmpty else { return [] }
        return text.split(separator: ASCII.dot, omittingEmptySubsequences: false).map { part in
            let isNumber = !part.isEmpty && part.allSatisfy(\.isDigit)
            return isNumber ? .number(DecimalNumber(digits: part)) : .text(Array(part))
        }
    }

    /// A pre-release that a dot introduced, with a dash before each further phase: `rc.alpha` means `rc-alpha`.
    private static func dashed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var result: [UInt8] = []
        var scanner = ByteScanner(text)
        while let byte = scanner.next {
            scanner.skip()
            var ahead = scanner
            let startsPhase =
                byte == ASCII.dot
                && (ahead.take(word: "alpha") || ahead.take(word: "beta") || ahead.take(word: "rc"))
            result.append(startsPhase ? ASCII.dash : byte)
        }
        return result[...]
    }
}
