/// A package as `composer.lock` and `installed.json` describe it (Composer docs, The composer.json schema).
struct ComposerPackage: Decodable {
    var name: Lenient<String>?
    var version: Lenient<String>?
    var license: Lenient<DeclaredLicenses>?
}

extension ComposerPackage? {
    /// Adds the package, or counts it as refused.
    func add(to packages: inout ListedPackages) {
        packages.add(self?.name?.value, self?.version?.value, licenses: self?.license?.value?.names ?? [])
    }
}
