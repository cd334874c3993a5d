import Glibc

/// What tells a secret from what documentation and programs write in its place.
enum SecretEvidence: Sendable {
    /// The text that begins with the keyword looks random behind it.
    case token
    /// What is assigned to the keyword looks random, and has letters and digits.
    case assigned
    /// The password of an address is no word that documentation uses.
    case addressPassword
    /// The shape alone is enough.
    case shape

    /// Whether the text at the keyword, up to the line's end, is worth telling.
    func holds(_ text: UnsafeBufferPointer<UInt8>, keywordLength: Int) -> Bool {
        switch self {
        case .shape: return true
        case .token:
            var end = keywordLength
            while end < text.count, Self.isTokenByte(text[end]) { end += 1 }
            let start = min(keywordLength, end)
            let body = UnsafeBufferPointer(rebasing: text[start..<min(end, start + Self.maxMeasured)])
            return Entropy.bits(of: body) >= 2.6 && !Self.isPlaceholder(body)
        case .assigned:
            guard let value = Self.assignedValue(text) else { return false }
            let hasDigit = value.contains { (48...57).contains($0) }
            let hasLetter = value.contains { (97...122).contains(KeywordTable.small($0)) }
            return hasDigit && hasLetter && Entropy.bits(of: value) >= 3.5 && !Self.isPlaceholder(value)
        case .addressPassword:
            guard let password = Self.addressPassword(text) else { return false }
            let word = String(decoding: password.map(KeywordTable.small), as: UTF8.self)
            return !Self.documentedPasswords.contains(word) && !Self.isPlaceholder(password)
        }
    }

    /// Bytes of a token by which it is told from a placeholder: what fills a line behind it says nothing.
    private static let maxMeasured = 64

    private static let documentedPasswords: Set<String> = [
        "password", "passwd", "pass", "pwd", "secret", "postgres", "mysql", "root", "guest", "user", "username", "test",
        "admin", "changeme", "redis", "mongo", "mongodb", "foobar", "hunter2", "tiger", "yourpassword", "your_password",
        "mypassword", "mypass", "secretpassword", "12345", "123456", "token", "rabbitmq", "scott",
    ]

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        (97...122).contains(KeywordTable.small(byte)) || (48...57).contains(byte) || "_-/+=".utf8.contains(byte)
    }

    /// Words that nobody's secret holds, in small letters.
    private static let placeholders = [
        "example", "xxxxxx", "your_", "your-", "yourkey", "placeholder", "changeme", "change-me", "replace", "insert",
        "dummy", "sample", "abcdefgh", "12345678", "redacted", "notreal", "fake",
    ].map { Array($0.utf8) }

    private static func isPlaceholder(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let small = text.prefix(256).map(KeywordTable.small)
        return placeholders.contains { small.contains($0) }
    }

    /// The first long run of a token's characters behind the first `=` or `:`.
    private static func assignedValue(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard let sign = text.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else {
            return nil
        }
        guard let start = text[(sign + 1)...].firstIndex(where: { isTokenByte($0) && $0 != UInt8(ascii: "=") }) else {
            return nil
        }
        let end = text[start...].firstIndex { !isTokenByte($0) } ?? text.endIndex
        return UnsafeBufferPointer(rebasing: text[start..<end])
    }

    /// What stands between the second colon and the `@` of `scheme://user:password@host`.
    private static func addressPassword(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard let scheme = text.firstIndex(of: UInt8(ascii: ":")),
            let colon = text[(scheme + 1)...].firstIndex(of: UInt8(ascii: ":")),
            let at = text[(colon + 1)...].firstIndex(of: UInt8(ascii: "@"))
        else { return nil }
        return UnsafeBufferPointer(rebasing: text[(colon + 1)..<at])
    }
}

/// Shannon's measure of how random a text looks.
enum Entropy {
    /// Bits a byte, from 0 for one byte repeated to 8.
    static func bits(of text: UnsafeBufferPointer<UInt8>) -> Double {
        guard !text.isEmpty else { return 0 }
        var counts = [Int](repeating: 0, count: 256)
        for byte in text { counts[Int(byte)] += 1 }
        let total = Double(text.count)
        return counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / total
            return sum - share * log2(share)
        }
    }
}
