import TallymanTesting

/// A file system in memory onto which layers are applied one by one, as a container runtime does
/// (OCI image-spec v1.1, layer.md, "Applying Changesets"); the model that the fold is compared with.
struct ReferenceTree {
    enum Node: Equatable {
        case directory
        /// A file that names this package, or none.
        case file(String?)
        case symlink
    }

    enum Change {
        case whiteout(String)
        case opaque(String)
        case directory(String)
        case file(String, package: String?)
        case symlink(String)
        case hardlink(String, to: String)

        var path: String {
            switch self {
            case .whiteout(let path), .opaque(let path), .directory(let path), .file(let path, _), .symlink(let path),
                .hardlink(let path, _):
                path
            }
        }
    }

    private(set) var nodes: [String: Node] = [:]

    /// Applies a layer: first what it takes away from below, whatever the order in the archive, then what it brings.
    mutating func apply(_ layer: [Change]) {
        for change in layer {
            switch change {
            case .whiteout(let path):
                makeDirectories(Self.ancestors(path))
                remove(path)
            case .opaque(let path):
                makeDirectories(Self.ancestors(path) + [path])
                removeBelow(path)
            default: break
            }
        }
        for change in layer {
            switch change {
            case .whiteout, .opaque: break
            case .directory(let path):
                if nodes[path] != .directory { put(.directory, at: path) }
            case .file(let path, let package): put(.file(package), at: path)
            case .symlink(let path): put(.symlink, at: path)
            case .hardlink(let path, let target):
                if let node = nodes[target] { put(node, at: path) }
            }
        }
    }

    /// Each package with the path of its file.
    var packages: Set<String> {
        Set(
            nodes.compactMap { path, node in
                if case .file(let package?) = node { "\(package) /\(path)" } else { nil }
            }
        )
    }

    static func ancestors(_ path: String) -> [String] {
        let parts = path.split(separator: "/")
        return (1..<max(1, parts.count)).map { parts[..<$0].joined(separator: "/") }
    }

    private mutating func put(_ node: Node, at path: String) {
        makeDirectories(Self.ancestors(path))
        remove(path)
        nodes[path] = node
    }

    /// Each layer is unpacked into a folder of its own, where what has no entry for the directory above gets one, a
    /// whiteout as well; that stands in place of whatever there was.
    private mutating func makeDirectories(_ paths: [String]) {
        for path in paths where nodes[path] != .directory {
            remove(path)
            nodes[path] = .directory
        }
    }

    private mutating func remove(_ path: String) {
        nodes[path] = nil
        removeBelow(path)
    }

    private mutating func removeBelow(_ path: String) {
        for below in nodes.keys where below.hasPrefix(path + "/") { nodes[below] = nil }
    }
}

extension ReferenceTree {
    /// The archive of a layer.
    static func archive(_ layer: [Change]) -> [UInt8] {
        var tar = TarBuilder()
        for change in layer {
            switch change {
            case .whiteout(let path):
                let parts = path.split(separator: "/")
                tar.file((parts.dropLast() + [".wh." + (parts.last ?? "")]).joined(separator: "/"), "")
            case .opaque(let path): tar.file(path + "/.wh..wh..opq", "")
            case .directory(let path): tar.directory(path)
            case .file(let path, let package): tar.file(path, package.map(Self.evidence(path)) ?? "no evidence")
            case .symlink(let path): tar.symlink(path, to: "elsewhere")
            case .hardlink(let path, let target): tar.hardlink(path, to: target)
            }
        }
        return tar.archive
    }

    private static func evidence(_ path: String) -> (String) -> String {
        { path.hasSuffix(".json") ? #"{"name":"\#($0)","version":"1"}"# : "Name: \($0)\nVersion: 1\n" }
    }
}
