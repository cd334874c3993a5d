/// A version of no known order: dotted numbers, then runs of letters and of digits.
///
/// A word for a pre-release (`alpha`, `rc`, …) orders before the end, every other run after it, so that a patch letter
/// (`1.1.1k`) or a packaging revision (`1.2.3-4`) is newer. What follows a plus sign does not count. Composer's versions
/// are of this form as well, with more names for the same words.
struct GenericVersion: Sendable {
    let core: [DecimalNumber]
    private let tail: [Run]

    private enum Run: Sendable {
        case preRelease(Int)
        case word([UInt8])
        case number(DecimalNumber)

        /// Where the run stands relative to the end of the version, which is zero.
        var rank: Int {
            switch self {
            case .preRelease: -1
            case .word: 1
            case .number: 2
            }
        }
    }

    /// From the least mature on.
    private static let preReleaseWords = [
        ["dev", "devel", "snapshot", "nightly", "canary"], ["alpha"], ["beta"], ["milestone"], ["pre", "preview"],
        ["rc", "cr"],
    ].map { $0.map { Array($0.utf8) } }

    /// Other spellings that Composer knows (composer/semver, `VersionParser`); `stable` says nothing.
    private static let composerWords = [
        "a": "alpha", "b": "beta", "pl": "p", "patch": "p",
    ].reduce(into: [[UInt8]: [UInt8]]()) { $0[Array($1.key.utf8)] = Array($1.value.utf8) }

    private static let stable = Array("stable".utf8)

    /// Nil for a version without a letter or a digit, and for one of Composer that is the name of a branch.
    init?(_ text: ArraySlice<UInt8>, isComposer: Bool = false) {
        var scanner = ByteScanner(text.trimmed)
        scanner.takeLeadingV()
        core = scanner.takeDottedNumbers()
        var tail: [Run] = []
        while let byte = scanner.next, byte != ASCII.plus {
            if let number = scanner.takeNumber() {
                tail.append(.number(number))
            } else if byte.isLetter {
                let word = scanner.take(while: \.isLetter).lowercased
                if isComposer, word == Self.stable { break }
                tail.append(Self.run(ofWord: isComposer ? Self.composerWords[word] ?? word : word))
            } else {
                scanner.skip()
            }
        }
        guard !core.isEmpty || (!tail.isEmpty && !isComposer) else { return nil }
        self.tail = tail
    }

    func compare(to other: GenericVersion) -> VersionComparison {
        let numbers = VersionComparison.ofNumbers(core, other.core)
        guard numbers == .equal else { return numbers }
        for index in 0..<max(tail.count, other.tail.count) {
            let one = index < tail.count ? tail[index] : nil
            let two = index < other.tail.count ? other.tail[index] : nil
            let result: VersionComparison =
                switch (one, two) {
                case (.preRelease(let one), .preRelease(let two)): VersionComparison(one, two)
                case (.word(let one), .word(let two)): .ofBytes(one, two)
                case (.number(let one), .number(let two)): VersionComparison(one, two)
                default: VersionComparison(one?.rank ?? 0, two?.rank ?? 0)
                }
            if result != .equal { return result }
        }
        return .equal
    }

    private static func run(ofWord word: [UInt8]) -> Run {
        preReleaseWords.firstIndex { $0.contains(word) }.map(Run.preRelease) ?? .word(word)
    }
}
