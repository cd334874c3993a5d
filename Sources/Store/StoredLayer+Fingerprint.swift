import Crypto

extension StoredLayer {
    /// Names all that is stored: SHA-256 over its parts, each behind its length.
    var fingerprint: [UInt8] {
        var hasher = SHA256()
        let collected = facts.map {
            [Array($0.parts.joined(separator: "\n").utf8), $0.attributes, $0.digests, $0.found]
        }
        for part in [report, paths] + (collected ?? []) {
            hasher.update(data: Array("\(part.count):".utf8))
            hasher.update(data: part)
        }
        return Array(hasher.finalize())
    }
}
