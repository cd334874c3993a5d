/// A Python version (PEP 440, with the spellings its normalisation accepts).
struct PythonVersion: Sendable {
    let epoch: DecimalNumber
    let release: [DecimalNumber]
    private let preRelease: PreRelease?
    private let post: DecimalNumber?
    private let development: DecimalNumber?
    private let local: [LocalPart]

    private struct PreRelease: Sendable {
        /// 1 alpha, 2 beta, 3 release candidate.
        let phase: Int
        let number: DecimalNumber
    }

    private enum LocalPart: Sendable {
        case word([UInt8])
        case number(DecimalNumber)
    }

    /// Nil where the text is no version by PEP 440, Appendix B.
    init?(_ text: ArraySlice<UInt8>) {
        var scanner = ByteScanner(text.trimmed)
        scanner.takeLeadingV()
        var numbers = scanner.takeDottedNumbers()
        if numbers.count == 1, let first = numbers.first, scanner.take(ASCII.exclamation) {
            epoch = first
            numbers = scanner.takeDottedNumbers()
        } else {
            epoch = .zero
        }
        guard !numbers.isEmpty else { return nil }
        release = numbers
        preRelease = Self.takePreRelease(from: &scanner)
        post = Self.takePost(from: &scanner)
        development = Self.takeCounter(from: &scanner) { $0.take(word: "dev") }
        guard let local = Self.takeLocal(from: &scanner), scanner.isAtEnd else { return nil }
        self.local = local
    }

    var hasLocal: Bool { !local.isEmpty }

    /// Compares two versions; the local parts count only with `includingLocal`.
    func compare(to other: PythonVersion, includingLocal: Bool = true) -> VersionComparison {
        let publicOrder = VersionComparison(epoch, other.epoch)
            .then(.ofNumbers(release, other.release))
            .then(VersionComparison(phaseRank, other.phaseRank))
            .then(VersionComparison(preRelease?.number ?? .zero, other.preRelease?.number ?? .zero))
            .then(Self.compare(post, other.post, missing: .less))
            .then(Self.compare(development, other.development, missing: .greater))
        return includingLocal ? publicOrder.then(Self.compareLocal(local, other.local)) : publicOrder
    }

    /// Below the pre-releases for a development release of the final one, above them for a final or post-release.
    private var phaseRank: Int {
        if let preRelease { return preRelease.phase }
        return post == nil && development != nil ? 0 : 4
    }

    /// Compares two counters, one that is missing lying on the given side of every number.
    private static func compare(
        _ left: DecimalNumber?,
        _ right: DecimalNumber?,
        missing: VersionComparison
    ) -> VersionComparison {
        switch (left, right) {
        case (nil, nil): .equal
        case (nil, _): missing
        case (_, nil): missing.reversed
        case (let one?, let other?): VersionComparison(one, other)
        }
    }

    private static func compareLocal(_ left: [LocalPart], _ right: [LocalPart]) -> VersionComparison {
        for (one, other) in zip(left, right) {
            let result: VersionComparison =
                switch (one, other) {
                case (.number(let one), .number(let other)): VersionComparison(one, other)
                case (.word(let one), .word(let other)): .ofBytes(one, other)
                case (.number, .word): .greater
                case (.word, .number): .less
                }
            if result != .equal { return result }
        }
        return VersionComparison(left.count, right.count)
    }

    private static func isSeparator(_ byte: UInt8?) -> Bool {
        byte == ASCII.dot || byte == ASCII.dash || byte == ASCII.underscore
    }

    /// Takes an optional separator, what `takeWord` recognises and an optional number; nothing where there is no word.
    private static func takeCounter(
        from scanner: inout ByteScanner,
        takeWord: (inout ByteScanner) -> Bool
    ) -> DecimalNumber? {
        var attempt = scanner
        if isSeparator(attempt.next) { attempt.skip() }
        guard takeWord(&attempt) else { return nil }
        if isSeparator(attempt.next) { attempt.skip() }
        let number = attempt.takeNumber()
        scanner = attempt
        return number ?? .zero
    }

    private static func takePreRelease(from scanner: inout ByteScanner) -> PreRelease? {
        var phase = 0
        let number = takeCounter(from: &scanner) { scanner in
            if scanner.take(word: "alpha") || scanner.take(word: "a") {
                phase = 1
            } else if scanner.take(word: "beta") || scanner.take(word: "b") {
                phase = 2
            } else if scanner.take(word: "preview") || scanner.take(word: "pre")
                || scanner.take(word: "rc") || scanner.take(word: "c")
            {
                phase = 3
            }
            return phase > 0
        }
        return number.map { PreRelease(phase: phase, number: $0) }
    }

    private static func takePost(from scanner: inout ByteScanner) -> DecimalNumber? {
        if scanner.next == ASCII.dash, scanner.second?.isDigit == true {
            scanner.skip()
            return scanner.takeNumber()
        }
        return takeCounter(from: &scanner) {
            $0.take(word: "post") || $0.take(word: "rev") || $0.take(word: "r")
        }
    }

    /// The local parts, none where there is no plus sign, nil where what follows it is malformed.
    private static func takeLocal(from scanner: inout ByteScanner) -> [LocalPart]? {
        guard scanner.take(ASCII.plus) else { return [] }
        var parts: [LocalPart] = []
        repeat {
            let text = scanner.take { $0.isDigit || $0.isLetter }
            guard !text.isEmpty else { return nil }
            parts.append(
                text.allSatisfy(\.isDigit) ? .number(DecimalNumber(digits: text)) : .word(text.lowercased)
            )
            guard isSeparator(scanner.next) else { return parts }
            scanner.skip()
        } while true
    }
}
