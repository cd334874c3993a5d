/// A path inside a layer, relative to its root, as bytes: `etc/os-release`.
///
/// Image content may name files in any encoding, so paths are compared as bytes and decoded for display only.
package struct LayerPath: Hashable, Comparable, Sendable {
    package let bytes: [UInt8]

    /// Takes bytes that are a clean relative path already.
    package init(clean bytes: [UInt8]) { self.bytes = bytes }

    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The root itself.
    package static let root = LayerPath(clean: [])

    /// Cleans a name out of an archive, as engines do before they unpack it.
    ///
    /// Drops leading `/` and `./`, empty and `.` parts, and with a `..` the part in front of it, whatever that is; the
    /// root's own `..` is the root. `nil` where a relative name leads out of the layer, which some engines refuse and
    /// others bend, and where a part holds a NUL.
    package init?(archiveName name: [UInt8]) {
        guard let clean = name.withUnsafeBytes({ Self.clean($0) }) else { return nil }
        bytes = clean
    }

    private static func clean(_ name: UnsafeRawBufferPointer) -> [UInt8]? {
        let dot = UInt8(ascii: ".")
        let slash = UInt8(ascii: "/")
        var clean: [UInt8] = []
        clean.reserveCapacity(name.count)
        var start = 0
        while start <= name.count {
            let end = ByteOrder.offset(of: slash, in: name, from: start) ?? name.count
            let part = UnsafeRawBufferPointer(rebasing: name[start..<end])
            start = end + 1
            if part.isEmpty || (part.count == 1 && part[0] == dot) { continue }
            if ByteOrder.offset(of: 0, in: part, from: 0) != nil { return nil }
            if part.count == 2, part[0] == dot, part[1] == dot {
                guard !clean.isEmpty || name.first == slash else { return nil }
                clean.removeSubrange((clean.lastIndex(of: slash) ?? 0)...)
                continue
            }
            if !clean.isEmpty { clean.append(slash) }
            clean.append(contentsOf: part)
        }
        return clean
    }

    /// The text for people; bytes that are not UTF-8 are replaced.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The last part.
    package var name: ArraySlice<UInt8> {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes[...] }
        return bytes[(slash + 1)...]
    }

    /// How many names it is made of; none for the root.
    package var partCount: Int { bytes.isEmpty ? 0 : bytes.count { $0 == UInt8(ascii: "/") } + 1 }

    /// Whether some directory above is called `name`.
    package func isBelow(directory name: String) -> Bool {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return false }
        return bytes[..<slash].split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual(name.utf8) }
    }

    /// The directory above, or `nil` for the root.
    package var parent: LayerPath? {
        guard !bytes.isEmpty else { return nil }
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return .root }
        return LayerPath(clean: Array(bytes[..<slash]))
    }

    /// The entry `name` in this directory.
    package func appending(_ name: some Sequence<UInt8>) -> LayerPath {
        LayerPath(clean: bytes.isEmpty ? Array(name) : bytes + [UInt8(ascii: "/")] + name)
    }

    /// All directories above, the nearest first, the root last; together as long as the square of the path.
    package var ancestors: [LayerPath] {
        var found: [LayerPath] = []
        var path = parent
        while let current = path {
            found.append(current)
            path = current.parent
        }
        return found
    }

    /// The bytes at once, through a pointer that is not kept: an array hashes them one by one, and every entry of every
    /// layer is looked up by its path.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes.count)
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    package static func < (left: LayerPath, right: LayerPath) -> Bool {
        ByteOrder.compare(left.bytes, right.bytes) < 0
    }
}

extension LayerPath: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        bytes = PathText.decode(text)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(PathText.encode(bytes))
    }
}

/// Paths as text that loses nothing: bytes which are not UTF-8, and `%`, become `%XX`.
enum PathText {
    static func encode(_ bytes: [UInt8]) -> String {
        let isUTF8 = String(validating: bytes, as: UTF8.self) != nil
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        for byte in bytes {
            if byte == UInt8(ascii: "%") || (!isUTF8 && byte >= 0x80) {
                out.append(UInt8(ascii: "%"))
                out.append(contentsOf: Hex.encode([byte]).utf8)
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8] {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return Array(text.utf8) }
        let source = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index < source.count - 2,
                let value = UInt8(String(decoding: source[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                out.append(value)
                index += 3
            } else {
                out.append(source[index])
                index += 1
            }
        }
        return out
    }
}
