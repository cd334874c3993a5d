/// An Alpine package version: `digits{.digits}[letter]{_suffix[digits]}[~hash][-rN]` (apk-package(5)).
///
/// As in apk-tools the part from which a version is malformed orders just below the end of a well-formed one.
struct AlpineVersion: Sendable {
    private let tokens: [Token]

    /// One part of a version, the kinds in the order in which the grammar allows them.
    private enum Token: Sendable {
        case initialNumber(DecimalNumber)
        /// With the digits as written: where either part begins with a zero, the two compare as text.
        case number(DecimalNumber, text: [UInt8])
        case letter(UInt8)
        case suffix(Int)
        case suffixNumber(DecimalNumber)
        case commitHash([UInt8])
        case revision(DecimalNumber)
        case end
        case malformed

        var kind: Int {
            switch self {
            case .initialNumber: 0
            case .number: 1
            case .letter: 2
            case .suffix: 3
            case .suffixNumber: 4
            case .commitHash: 5
            case .revision: 6
            case .end: 7
            case .malformed: 8
            }
        }

        var isPreRelease: Bool {
            guard case .suffix(let rank) = self else { return false }
            return rank < 0
        }
    }

    init(_ text: ArraySlice<UInt8>) {
        var scanner = ByteScanner(text.trimmed)
        var tokens: [Token] = []
        var token = scanner.takeNumber().map(Token.initialNumber) ?? .malformed
        while token.kind < Token.end.kind {
            tokens.append(token)
            token = Self.token(after: token, in: &scanner) ?? .malformed
        }
        tokens.append(token)
        self.tokens = tokens
    }

    /// Compares two versions; with `isPrefix` the other one also equals whatever continues it (apk's `~`).
    func compare(to other: AlpineVersion, isPrefix: Bool = false) -> VersionComparison {
        for (one, two) in zip(tokens, other.tokens) {
            if one.kind != two.kind {
                if isPrefix, case .end = two { return .equal }
                // The longer version is the newer one, unless it goes on with a pre-release suffix.
                if one.isPreRelease { return .less }
                if two.isPreRelease { return .greater }
                return VersionComparison(two.kind, one.kind)
            }
            let result = Self.compare(one, two)
            if result != .equal { return result }
        }
        return .equal
    }

    /// The token that follows, nil where the grammar does not allow what is there.
    private static func token(after previous: Token, in scanner: inout ByteScanner) -> Token? {
        guard let byte = scanner.next else { return .end }
        switch byte {
        case ASCII.dot:
            guard previous.kind <= 1 else { return nil }
            scanner.skip()
            return takePart(from: &scanner)
        case _ where byte.isLowercaseLetter:
            guard previous.kind <= 1 else { return nil }
            scanner.skip()
            return .letter(byte)
        case _ where byte.isDigit:
            guard case .suffix = previous else { return nil }
            return scanner.takeNumber().map(Token.suffixNumber)
        case ASCII.underscore:
            guard previous.kind <= 4 else { return nil }
            scanner.skip()
            return suffixRank(scanner.take(while: \.isLowercaseLetter)).map(Token.suffix)
        case ASCII.tilde:
            guard previous.kind < 5 else { return nil }
            scanner.skip()
            let hash = scanner.take(while: \.isHexDigit)
            return hash.isEmpty ? nil : .commitHash(Array(hash))
        case ASCII.dash:
            guard previous.kind < 6, scanner.take(word: "-r") else { return nil }
            return scanner.takeNumber().map(Token.revision)
        default:
            return nil
        }
    }

    private static func takePart(from scanner: inout ByteScanner) -> Token? {
        let digits = scanner.take(while: \.isDigit)
        guard !digits.isEmpty else { return nil }
        return .number(DecimalNumber(digits: digits), text: Array(digits))
    }

    /// Negative for a pre-release, positive for what comes after the release.
    private static func suffixRank(_ word: ArraySlice<UInt8>) -> Int? {
        let names: [(StaticString, Int)] = [
            ("alpha", -4), ("beta", -3), ("pre", -2), ("rc", -1),
            ("cvs", 1), ("svn", 2), ("git", 3), ("hg", 4), ("p", 5),
        ]
        return names.first { name, _ in name.withUTF8Buffer { word.elementsEqual($0) } }?.1
    }

    private static func compare(_ left: Token, _ right: Token) -> VersionComparison {
        switch (left, right) {
        case (.initialNumber(let one), .initialNumber(let other)), (.suffixNumber(let one), .suffixNumber(let other)),
            (.revision(let one), .revision(let other)):
            return VersionComparison(one, other)
        case (.number(let one, let oneText), .number(let other, let otherText)):
            if oneText.first == ASCII.zero || otherText.first == ASCII.zero { return .ofBytes(oneText, otherText) }
            return VersionComparison(one, other)
        case (.letter(let one), .letter(let other)):
            return VersionComparison(one, other)
        case (.suffix(let one), .suffix(let other)):
            return VersionComparison(one, other)
        case (.commitHash(let one), .commitHash(let other)):
            return .ofBytes(one, other)
        default:
            return .equal
        }
    }
}
