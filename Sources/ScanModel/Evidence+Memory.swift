extension Evidence {
    /// What a package takes in memory, by estimate, beside its texts.
    package static let packageBytes = 300
    /// What a path takes beside its bytes.
    private static let pathBytes = 48

    /// Bytes that the packages, what they own and licences take, by estimate.
    package var memoryBytes: Int {
        var bytes = (licenses ?? []).reduce(0) { $0 + $1.utf8.count }
        for package in packages {
            bytes += Self.packageBytes + package.virtualPath.utf8.count + package.package.textBytes
        }
        for ownership in ownerships {
            bytes += Self.packageBytes + ownership.owner.utf8.count
            bytes += ownership.paths.reduce(0) { $0 + Self.pathBytes + $1.bytes.count }
        }
        return bytes
    }

    /// The file as one that is there and states nothing of packages: what it said does not fit beside the rest.
    package var withoutPackages: Evidence {
        var bare = self
        bare.packages = []
        bare.ownerships = []
        bare.licenses = nil
        return bare
    }
}

/// What the packages of a layer's evidence, or of a folder's, may take in memory together.
package struct EvidenceBudget: Sendable {
    private let maxBytes: Int
    /// Of all that was taken, also what was replaced later.
    private var bytes = 0

    /// `maxBytes` is held against ``Evidence/memoryBytes``.
    package init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// A file's evidence as it is kept: where it does not fit, without its packages, and with what is to be told of that.
    package mutating func take(_ item: Evidence) -> (kept: Evidence, problem: String?) {
        let added = item.memoryBytes
        guard added <= maxBytes - bytes else {
            let problem = "more than \(maxBytes) bytes of packages in all: those of this file are left out"
            return (item.withoutPackages, problem)
        }
        bytes += added
        return (item, nil)
    }
}

extension Package {
    /// Bytes of the texts that its evidence has about it; each may be a thousand.
    fileprivate var textBytes: Int {
        let texts: [String?] = [name, version, arch, source?.name, source?.version, group, module, supplier]
        return texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) } + licenses.reduce(0) { $0 + $1.utf8.count }
    }
}
