/// A content digest, `algorithm:hex`, as in OCI image-spec v1.1, descriptor.md, Digests.
///
/// Only `sha256` and `sha512` in lower-case hex are accepted: a digest becomes part of URLs and keys, so nothing else of
/// what an image or a registry claims may pass.
package struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
    package enum Algorithm: String, Sendable {
        case sha256
        case sha512

        var hexLength: Int { self == .sha256 ? 64 : 128 }
    }

    package let algorithm: Algorithm
    /// The digest in lower-case hexadecimal, 64 or 128 digits.
    package let hex: String

    /// Parses `sha256:…`; `nil` for any other shape, length or case.
    package init?(_ text: String) {
        guard text.utf8.count <= 135, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let algorithm = Algorithm(rawValue: String(text[..<colon]))
        else { return nil }
        let hex = text[text.utf8.index(after: colon)...]
        guard hex.utf8.count == algorithm.hexLength, hex.utf8.allSatisfy(Digest.isLowerHex) else { return nil }
        self.algorithm = algorithm
        self.hex = String(hex)
    }

    /// A SHA-256 digest from its 32 bytes.
    package init(sha256 bytes: some Sequence<UInt8>) {
        algorithm = .sha256
        hex = Hex.encode(bytes)
    }

    /// A SHA-512 digest from its 64 bytes.
    package init(sha512 bytes: some Sequence<UInt8>) {
        algorithm = .sha512
        hex = Hex.encode(bytes)
    }

    package var description: String { "\(algorithm.rawValue):\(hex)" }

    /// The first twelve hex digits, for people.
    package var short: String { String(hex.prefix(12)) }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.algorithm == right.algorithm ? left.hex < right.hex : left.algorithm.rawValue < right.algorithm.rawValue
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a digest: \(text.prefix(80))")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
