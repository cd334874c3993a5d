import ScanModel

/// Where the members of an uncompressed tar archive stand in its file: nothing is unpacked.
///
/// Reads ustar, GNU long names and pax `path`, `linkpath` and `size` (POSIX.1-2017, pax, "pax Interchange Format").
/// Members whose names lead out of the archive are passed over. Of several members with one name the last counts.
struct TarIndex: Sendable {
    /// Members of one archive.
    static let maxMembers = 1_000_000
    /// Links followed for one name.
    private static let maxLinks = 16

    private enum Member: Sendable {
        case file(offset: Int64, count: Int64)
        /// A link to a clean name inside the archive.
        case link(LayerPath)
    }

    private static let decompressors: [(magic: [UInt8], tool: String)] = [
        ([0x1f, 0x8b], "gunzip"), ([0x28, 0xb5, 0x2f, 0xfd], "unzstd"), ([0xfd, 0x37, 0x7a, 0x58], "unxz"),
        (Array("BZh".utf8), "bunzip2"),
    ]

    let path: String
    private var members: [LayerPath: Member] = [:]

    /// Reads all headers of the archive at `path`.
    ///
    /// Throws `malformed` for a file that is no tar archive, is cut short or is compressed, `tooLarge` over the bounds.
    init(path: String) throws {
        let file = try LocalFile(path)
        self.path = path
        let head = try file.read(at: 0, count: 4)
        if let tool = Self.decompressors.first(where: { head.starts(with: $0.magic) })?.tool {
            throw ImageSourceError(.unsupported, "\(path): a compressed archive; decompress it first (\(tool) -k)")
        }
        var walk = TarWalk(file)
        var count = 0
        while let header = try walk.next() {
            count += 1
            guard count <= Self.maxMembers else {
                throw ImageSourceError(.tooLarge, "\(path): more than \(Self.maxMembers) members")
            }
            guard let name = LayerPath(archiveName: header.name), name != .root else { continue }
            switch header.kind {
            case .file: members[name] = .file(offset: header.offset, count: header.size)
            case .hardlink: members[name] = LayerPath(archiveName: header.link).map { .link($0) }
            case .symlink: members[name] = Self.target(of: header.link, at: name).map { .link($0) }
            case .other: members[name] = nil
            }
        }
        guard count > 0 else { throw ImageSourceError(.malformed, "\(path): not a tar archive, or an empty one") }
    }

    /// Where the content of the file `name` stands, links followed; `nil` where there is no such file.
    func place(of name: String) -> BlobPlace? {
        guard var current = LayerPath(archiveName: Array(name.utf8)) else { return nil }
        for _ in 0..<Self.maxLinks {
            switch members[current] {
            case .file(let offset, let count): return BlobPlace(path: path, offset: offset, count: count)
            case .link(let target): current = target
            case nil: return nil
            }
        }
        return nil
    }

    /// The clean name that a symbolic link beside `name` leads to; `nil` where it leads out of the archive.
    private static func target(of link: [UInt8], at name: LayerPath) -> LayerPath? {
        guard link.first != UInt8(ascii: "/") else { return nil }
        var parts = name.bytes.split(separator: UInt8(ascii: "/")).dropLast().map(Array.init)
        for part in link.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
            if part.elementsEqual("..".utf8) {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(Array(part))
            }
        }
        return LayerPath(archiveName: Array(parts.joined(separator: [UInt8(ascii: "/")])))
    }
}
