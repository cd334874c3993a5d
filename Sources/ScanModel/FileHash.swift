import Foundation

/// The hash of a package's archive or file, in one of the algorithms that CycloneDX, SPDX and lock files share.
///
/// Weak algorithms are among them: a hash tells which archive a package came from, and is never a key here, as a
/// ``Digest`` is.
package struct FileHash: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// From the weakest to the strongest.
    package enum Algorithm: String, Sendable, CaseIterable {
        case md5, sha1, sha256, sha384, sha512

        /// Hexadecimal digits of a hash.
        var hexLength: Int {
            switch self {
            case .md5: 32
            case .sha1: 40
            case .sha256: 64
            case .sha384: 96
            case .sha512: 128
            }
        }

        var rank: Int {
            switch self {
            case .md5: 0
            case .sha1: 1
            case .sha256: 2
            case .sha384: 3
            case .sha512: 4
            }
        }
    }

    package let algorithm: Algorithm
    /// In lower-case hexadecimal.
    package let hex: String

    /// Takes a hash in hexadecimal of either case; `nil` where it is not one of `algorithm`.
    package init?(_ algorithm: Algorithm, hex: some StringProtocol) {
        guard hex.utf8.count == algorithm.hexLength else { return nil }
        self.init(algorithm, digits: String(hex))
    }

    /// Of one type alone: a generic loop in another module than its caller asks for each byte by a call, and there is a
    /// hash for every file of every package.
    private init?(_ algorithm: Algorithm, digits: String) {
        var hasCapitals = false
        for byte in digits.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): continue
            case UInt8(ascii: "A")...UInt8(ascii: "F"): hasCapitals = true
            default: return nil
            }
        }
        self.algorithm = algorithm
        hex = hasCapitals ? digits.lowercased() : digits
    }

    /// Takes the bytes of a hash; `nil` where they are not as many as `algorithm` gives.
    package init?(_ algorithm: Algorithm, bytes: some Sequence<UInt8>) {
        let digits = Hex.encode(bytes)
        guard digits.utf8.count == algorithm.hexLength else { return nil }
        self.algorithm = algorithm
        hex = digits
    }

    /// Reads `sha256:HEX`, and the algorithm's name as documents spell it: `SHA-256`, `SHA256`.
    package init?(named algorithm: some StringProtocol, hex: some StringProtocol) {
        guard algorithm.utf8.count <= 16,
            let known = Algorithm(rawValue: algorithm.lowercased().filter { $0 != "-" })
        else { return nil }
        self.init(known, hex: hex)
    }

    /// Reads `sha256:HEX`; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 140, let colon = text.firstIndex(of: ":") else { return nil }
        self.init(named: text[..<colon], hex: text[text.index(after: colon)...])
    }

    package init(_ digest: Digest) {
        algorithm = digest.algorithm == .sha256 ? .sha256 : .sha512
        hex = digest.hex
    }

    package var description: String { "\(algorithm.rawValue):\(hex)" }

    package static func < (left: FileHash, right: FileHash) -> Bool {
        left.algorithm == right.algorithm ? left.hex < right.hex : left.algorithm.rank < right.algorithm.rank
    }
}

extension FileHash {
    /// The hashes of a Subresource Integrity value, `sha512-BASE64 sha1-BASE64?options` (W3C SRI, 3.5), sorted.
    ///
    /// Of an algorithm that comes twice none is taken: the value then stands for either of two files.
    package static func all(integrity text: some StringProtocol) -> [FileHash] {
        guard text.utf8.count <= 4096 else { return [] }
        let found = text.split(whereSeparator: \.isWhitespace).compactMap { word -> FileHash? in
            guard let dash = word.firstIndex(of: "-"), let algorithm = Algorithm(rawValue: String(word[..<dash])) else {
                return nil
            }
            let value = word[word.index(after: dash)...].prefix { $0 != "?" }
            return Data(base64Encoded: String(value)).flatMap { FileHash(algorithm, bytes: $0) }
        }
        return agreed(found)
    }

    /// One hash of each algorithm, sorted; none of an algorithm of which several differ.
    package static func agreed(_ hashes: some Sequence<FileHash>) -> [FileHash] {
        let byAlgorithm = Dictionary(grouping: Set(hashes), by: \.algorithm)
        return byAlgorithm.values.compactMap { $0.count == 1 ? $0[0] : nil }.sorted()
    }
}

extension FileHash: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let hash = FileHash(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a hash: \(text.prefix(80))")
        }
        self = hash
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
