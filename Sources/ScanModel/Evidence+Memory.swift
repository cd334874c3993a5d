extension Evidence {
    /// What a package takes in memory, by estimate, beside texts that may be long.
    package static let packageBytes = 300

    /// Bytes that the packages and what they own take, by estimate.
    package var memoryBytes: Int {
        var bytes = 0
        for package in packages {
            bytes += Self.packageBytes + package.virtualPath.utf8.count
            bytes += package.package.licenses.reduce(0) { $0 + $1.utf8.count }
        }
        for ownership in ownerships {
            bytes += Self.packageBytes + ownership.paths.reduce(0) { $0 + $1.bytes.count }
        }
        return bytes
    }

    /// The file as one that is there and states no packages: what it said does not fit beside the rest.
    package var withoutPackages: Evidence {
        var bare = self
        bare.packages = []
        bare.ownerships = []
        return bare
    }
}
