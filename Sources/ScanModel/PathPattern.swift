/// A path of an image, or many: `*` stands for any bytes but a slash.
package struct PathPattern: Hashable, Sendable {
    /// What stands between the stars; one part for a path without any.
    private let parts: [[UInt8]]

    /// Takes an absolute path or one relative to the root.
    package init(_ text: String) {
        let relative = text.utf8.drop { $0 == UInt8(ascii: "/") }
        parts = relative.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map { Array($0) }
    }

    /// The path that it stands for alone; `nil` where it has a star.
    package var path: LayerPath? { parts.count == 1 ? parts.first.map { LayerPath(clean: $0) } : nil }

    /// Whether it stands for `path`; takes time in the product of both lengths at most.
    package func matches(_ path: LayerPath) -> Bool {
        let bytes = path.bytes
        guard let first = parts.first, let last = parts.last, bytes.starts(with: first) else { return false }
        guard parts.count > 1 else { return bytes.count == first.count }
        guard bytes.count >= first.count + last.count, bytes.suffix(last.count).elementsEqual(last) else {
            return false
        }
        // Each part as early as it goes: a later place would leave no more room for those behind it.
        var start = first.count
        let end = bytes.count - last.count
        for part in parts.dropFirst().dropLast() {
            guard let found = Self.find(part, in: bytes[start..<end]) else { return false }
            start = found + part.count
        }
        return !bytes[start..<end].contains(UInt8(ascii: "/"))
    }

    /// The first place of `part` that no slash stands in front of.
    private static func find(_ part: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var place = bytes.startIndex
        while place + part.count <= bytes.endIndex {
            if bytes[place...].starts(with: part) { return place }
            if bytes[place] == UInt8(ascii: "/") { return nil }
            place += 1
        }
        return nil
    }
}
