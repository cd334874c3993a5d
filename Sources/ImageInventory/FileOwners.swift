import ScanModel

/// Which OS package owns a file of the merged image.
struct FileOwners {
    /// A directory that is a link in this image, and the one that it leads to; both end in a slash.
    private struct Alias {
        let link: [UInt8]
        let target: [UInt8]
    }

    private var owners: [LayerPath: String] = [:]
    private let aliases: [Alias]

    init(_ visible: [InventoryFold.Visible], _ layers: [AnalysedLayer]) {
        for item in visible {
            for ownership in item.evidence.ownerships {
                for path in ownership.paths { owners[path] = min(owners[path] ?? ownership.owner, ownership.owner) }
            }
        }
        aliases = Self.aliases { directory in
            let path = LayerPath(directory)
            return layers.reversed().lazy.compactMap { layer in
                // Of a link that a layer writes through, unpacking makes a directory.
                layer.paths.kind(at: path) ?? (layer.paths.hasEntries(below: path) ? .directory : nil)
            }.first == .symlink
        }
    }

    /// Directories that distributions have replaced by links, as far as they are links here.
    ///
    /// Where a link leads is not kept. Nobody has `usr/sbin` and `usr/lib64` as links but who has moved them into `usr/bin`
    /// and `usr/lib`, and the same directories of the root with them (Fedora, Arch).
    private static func aliases(isLink: (String) -> Bool) -> [Alias] {
        var found: [Alias] = []
        func add(_ link: String, _ target: String) {
            found.append(Alias(link: Array("\(link)/".utf8), target: Array("\(target)/".utf8)))
        }
        let root = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"].filter(isLink)
        for directory in root { add(directory, "usr/\(directory)") }
        for (directory, target) in [("sbin", "usr/bin"), ("lib64", "usr/lib")] where isLink("usr/\(directory)") {
            add("usr/\(directory)", target)
            if root.contains(directory) { add(directory, target) }
        }
        return found
    }

    /// The name of the owner of the file at `path`; in Nix' store it is the package of the directory that the file is in.
    ///
    /// Package managers may list `bin/x` for what stands at `usr/bin/x`, where `bin` is a link to there; and an archive
    /// may have put at `bin/x`, through the link, what they list as `usr/bin/x`.
    func owner(of path: LayerPath) -> String? {
        if let owner = owners[path] ?? Self.nixStorePath(of: path).flatMap({ owners[$0] }) { return owner }
        for alias in aliases {
            for (own, other) in [(alias.target, alias.link), (alias.link, alias.target)] {
                guard path.bytes.starts(with: own) else { continue }
                if let owner = owners[LayerPath(clean: other + path.bytes.dropFirst(own.count))] { return owner }
            }
        }
        return nil
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
