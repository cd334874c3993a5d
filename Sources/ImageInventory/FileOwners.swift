import ScanModel

/// Which OS package owns a file of the merged image.
struct FileOwners {
    /// A directory that is a link in some layers of this image, and the one that it leads to; both end in a slash.
    private struct Alias {
        let link: [UInt8]
        let target: [UInt8]
        /// Whether it is a link when the layers up to this one are unpacked, for each layer.
        let isLink: [Bool]

        /// Whether it is one to what `layer` brings, or in the whole image.
        ///
        /// What a layer installed through it is where it leads to, though a higher one may have a directory in its place.
        func holds(in layer: Int) -> Bool {
            isLink.last == true || isLink.indices.contains(layer) && isLink[layer]
        }
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
            var isLink = false
            return layers.map { layer in
                if let kind = layer.paths.kind(at: path) {
                    isLink = kind == .symlink
                } else if layer.paths.hasEntries(below: path) {
                    // Of a link that a layer writes through, unpacking makes a directory.
                    isLink = false
                }
                return isLink
            }
        }
    }

    /// Directories that distributions have replaced by links, as far as they are links here.
    ///
    /// Where a link leads is not kept. Nobody has `usr/sbin` and `usr/lib64` as links but who has moved them into `usr/bin`
    /// and `usr/lib`, and the same directories of the root with them (Fedora, Arch).
    private static func aliases(isLink: (String) -> [Bool]) -> [Alias] {
        var found: [Alias] = []
        func add(_ link: String, _ target: String, _ isLink: [Bool]) {
            guard isLink.contains(true) else { return }
            found.append(Alias(link: Array("\(link)/".utf8), target: Array("\(target)/".utf8), isLink: isLink))
        }
        var root: [String: [Bool]] = [:]
        for directory in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            let links = isLink(directory)
            root[directory] = links
            add(directory, "usr/\(directory)", links)
        }
        for (directory, target) in [("sbin", "usr/bin"), ("lib64", "usr/lib")] {
            let links = isLink("usr/\(directory)")
            add("usr/\(directory)", target, links)
            add(directory, target, zip(links, root[directory] ?? []).map { $0 && $1 })
        }
        return found
    }

    /// The name of the owner of the file that `layer` has at `path`; in Nix' store it is the package of the directory that
    /// the file is in.
    ///
    /// Package managers may list `bin/x` for what stands at `usr/bin/x`, where `bin` is a link to there; and an archive
    /// may have put at `bin/x`, through the link, what they list as `usr/bin/x`.
    func owner(of path: LayerPath, in layer: Int) -> String? {
        if let owner = owners[path] ?? Self.nixStorePath(of: path).flatMap({ owners[$0] }) { return owner }
        for alias in aliases where alias.holds(in: layer) {
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
