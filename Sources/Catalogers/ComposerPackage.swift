import ScanModel

/// A package as `composer.lock` and `installed.json` describe it (Composer docs, The composer.json schema).
struct ComposerPackage: Decodable {
    var name: Lenient<String>?
    var version: Lenient<String>?
    var license: Lenient<DeclaredLicenses>?
    var dist: Lenient<Archive>?

    struct Archive: Decodable {
        /// The archive's SHA-1; often empty.
        var shasum: Lenient<String>?
    }
}

extension ComposerPackage? {
    /// Adds the package, or counts it as refused.
    func add(to packages: inout PackageRecords) {
        let hash = self?.dist?.value?.shasum?.value.flatMap { FileHash(.sha1, hex: $0) }
        packages.add(
            name: self?.name?.value,
            version: self?.version?.value,
            licenses: self?.license?.value?.names ?? [],
            hashes: [hash].compactMap(\.self)
        )
    }
}
