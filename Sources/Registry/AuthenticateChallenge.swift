/// One challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1).
struct AuthenticateChallenge: Hashable, Sendable {
    /// The most bytes of a header that are read.
    static let maxBytes = 16 << 10
    /// The most challenges, and parameters of one challenge, that are kept.
    static let maxParts = 32

    /// The scheme in lower case: `basic`, `bearer`.
    let scheme: String
    /// The parameters by lower-case name; the first of a name counts.
    var parameters: [String: String] = [:]

    /// Parses the values of all `WWW-Authenticate` headers; what cannot be read ends the list of that header.
    static func parse(_ headers: [String]) -> [AuthenticateChallenge] {
        var challenges: [AuthenticateChallenge] = []
        for header in headers where header.utf8.count <= maxBytes {
            var reader = Reader(bytes: Array(header.utf8))
            while challenges.count < maxParts, let challenge = reader.nextChallenge() { challenges.append(challenge) }
        }
        return challenges
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var current: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func nextChallenge() -> AuthenticateChallenge? {
            skip(UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ","))
            let scheme = token()
            guard !scheme.isEmpty else { return nil }
            var challenge = AuthenticateChallenge(scheme: scheme.lowercased())
            skip(UInt8(ascii: " "), UInt8(ascii: "\t"))
            if skipToken68() { return challenge }
            while let (name, value) = nextParameter() {
                guard challenge.parameters.count < AuthenticateChallenge.maxParts else { break }
                if challenge.parameters[name] == nil { challenge.parameters[name] = value }
            }
            return challenge
        }

        /// `name=value` where one follows; otherwise nothing is consumed, as a new scheme may follow the comma.
        private mutating func nextParameter() -> (String, String)? {
            let start = position
            skip(UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ","))
            let name = token()
            skip(UInt8(ascii: " "), UInt8(ascii: "\t"))
            guard !name.isEmpty, current == UInt8(ascii: "=") else {
                position = start
                return nil
            }
            position += 1
            skip(UInt8(ascii: " "), UInt8(ascii: "\t"))
            let value = current == UInt8(ascii: "\"") ? quotedString() : unquotedValue()
            return (name.lowercased(), value)
        }

        private mutating func quotedString() -> String {
            position += 1
            var value: [UInt8] = []
            while let byte = current {
                position += 1
                if byte == UInt8(ascii: "\"") { break }
                if byte == UInt8(ascii: "\\"), let escaped = current {
                    value.append(escaped)
                    position += 1
                } else {
                    value.append(byte)
                }
            }
            return String(decoding: value, as: UTF8.self)
        }

        /// A value without quotes; some registries leave them out around addresses, so more than a token is taken.
        private mutating func unquotedValue() -> String {
            let start = position
            while let byte = current, byte != UInt8(ascii: ","), byte > 0x20 { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        /// Credentials in one word, as `Negotiate` has them: word characters, `=` at the end, then a comma or nothing.
        private mutating func skipToken68() -> Bool {
            let start = position
            while let byte = current, isTokenByte(byte) || byte == UInt8(ascii: "/") { position += 1 }
            let word = position > start
            skip(UInt8(ascii: "="))
            skip(UInt8(ascii: " "), UInt8(ascii: "\t"))
            if word, current == nil || current == UInt8(ascii: ",") { return true }
            position = start
            return false
        }

        private mutating func token() -> String {
            let start = position
            while let byte = current, isTokenByte(byte) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        private mutating func skip(_ skipped: UInt8...) {
            while let byte = current, skipped.contains(byte) { position += 1 }
        }

        private func isTokenByte(_ byte: UInt8) -> Bool {
            byte > 0x20 && byte < 0x7F && !#""(),/:;<=>?@[\]{}"#.utf8.contains(byte)
        }
    }
}
