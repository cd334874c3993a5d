/// Builds 64-bit Portable Executables of nothing but a version resource (Microsoft, "PE Format"; "VS_VERSIONINFO
/// structure").
package struct PEBuilder {
    /// The strings of the resource, in this order.
    package var strings: [(name: String, value: String)] = []
    /// `FILEVERSION` of the fixed part.
    package var fixedVersion: [UInt16] = [0, 0, 0, 0]
    /// Whether it has a header of .NET's runtime.
    package var isManaged = false

    package init(_ strings: [(name: String, value: String)], isManaged: Bool = false) {
        self.strings = strings
        self.isManaged = isManaged
    }

    /// The whole file.
    package var bytes: [UInt8] {
        let resource = self.resource
        let address = 0x2000
        var tree = Self.directory(id: 16, offset: 24 | 0x8000_0000) + Self.directory(id: 1, offset: 48 | 0x8000_0000)
        tree += Self.directory(id: 0x409, offset: 72)
        tree += Self.le(address + 88, 4) + Self.le(resource.count, 4) + Self.zeros(8) + resource
        var directories = Self.zeros(16 * 8)
        directories.replaceSubrange(16..<24, with: Self.le(address, 4) + Self.le(tree.count, 4))
        if isManaged { directories.replaceSubrange(112..<120, with: Self.le(0x3000, 4) + Self.le(72, 4)) }
        let optional = Self.le(0x20b, 2) + Self.zeros(22) + Self.le(0x40_0000, 8) + Self.zeros(76) + Self.le(16, 4)
        var out: [UInt8] = [0x4d, 0x5a] + Self.zeros(58) + Self.le(0x40, 4) + Array("PE".utf8) + Self.zeros(2)
        out += Self.le(0x8664, 2) + Self.le(1, 2) + Self.zeros(12) + Self.le(optional.count + 128, 2) + Self.zeros(2)
        out += optional + directories
        out += Array(".rsrc".utf8) + Self.zeros(3) + Self.le(tree.count, 4) + Self.le(address, 4)
        out += Self.le(tree.count, 4)
        let start = out.count + 20
        return out + Self.le(start, 4) + Self.zeros(12) + Self.le(0x4000_0040, 4) + tree
    }

    private var resource: [UInt8] {
        let table = Self.block("040904b0", children: strings.map { Self.block($0.name, text: $0.value) })
        let fixed =
            Self.le(0xfeef_04bd, 4) + Self.le(0x1_0000, 4) + Self.le(Int(fixedVersion[1]), 2)
            + Self.le(Int(fixedVersion[0]), 2) + Self.le(Int(fixedVersion[3]), 2) + Self.le(Int(fixedVersion[2]), 2)
            + Self.zeros(36)
        return Self.block(
            "VS_VERSION_INFO",
            value: fixed,
            children: [Self.block("VarFileInfo"), Self.block("StringFileInfo", children: [table])]
        )
    }

    private static func block(_ key: String, text: String) -> [UInt8] {
        let units = Array(text.utf16) + [0]
        return block(key, value: units.flatMap { le(Int($0), 2) }, valueLength: units.count)
    }

    private static func block(
        _ key: String,
        value: [UInt8] = [],
        valueLength: Int? = nil,
        children: [[UInt8]] = []
    ) -> [UInt8] {
        var body = padded(zeros(6) + (Array(key.utf16) + [0]).flatMap { le(Int($0), 2) }) + value
        for child in children { body = padded(body) + child }
        body.replaceSubrange(0..<4, with: le(body.count, 2) + le(valueLength ?? value.count, 2))
        return body
    }

    private static func directory(id: Int, offset: Int) -> [UInt8] {
        zeros(14) + le(1, 2) + le(id, 4) + le(offset, 4)
    }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + zeros((4 - bytes.count % 4) % 4) }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    private static func le(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
