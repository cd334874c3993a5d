import ScanModel

/// Which OS package owns a file of the merged image.
struct FileOwners {
    /// Directories that distributions have moved below `usr` and replaced by links.
    private static let mergedDirectories = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"].map { LayerPath($0) }
    private static let usr = Array("usr/".utf8)

    private var owners: [LayerPath: String] = [:]
    /// Those of the directories above that are links in this image.
    private let merged: [LayerPath]

    init(_ visible: [InventoryFold.Visible], _ layers: [AnalysedLayer]) {
        for item in visible {
            for ownership in item.evidence.ownerships {
                for path in ownership.paths { owners[path] = min(owners[path] ?? ownership.owner, ownership.owner) }
            }
        }
        merged = Self.mergedDirectories.filter { directory in
            layers.reversed().lazy.compactMap { $0.paths.kind(at: directory) }.first == .symlink
        }
    }

    /// The name of the owner of the file at `path`; in Nix' store it is the package of the directory that the file is in.
    ///
    /// Package managers may list `bin/x` for what stands at `usr/bin/x`, where `bin` is a link to there.
    func owner(of path: LayerPath) -> String? {
        if let owner = owners[path] ?? Self.nixStorePath(of: path).flatMap({ owners[$0] }) { return owner }
        guard !merged.isEmpty, path.bytes.starts(with: Self.usr) else { return nil }
        let short = LayerPath(clean: Array(path.bytes.dropFirst(Self.usr.count)))
        guard merged.contains(where: { short.bytes.starts(with: $0.bytes + [UInt8(ascii: "/")]) }) else { return nil }
        return owners[short]
    }

    /// `nix/store/NAME` for what is below it.
    static func nixStorePath(of path: LayerPath) -> LayerPath? {
        let store = Array("nix/store/".utf8)
        guard path.bytes.starts(with: store),
            let end = path.bytes.dropFirst(store.count).firstIndex(of: UInt8(ascii: "/"))
        else { return nil }
        return LayerPath(clean: Array(path.bytes[..<end]))
    }
}
