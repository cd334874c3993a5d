import ScanModel

/// Packages of Nix, from the names in its store (Nix reference manual, "Store Path"; Nixpkgs manual, "Package naming").
///
/// Nix's own database is not needed for that and is left out of most images. Outputs of one build (`-bin`, `-dev`) are
/// one package.
struct NixStoreCataloger: Cataloger {
    let name = "nix-store"
    let version = 2
    let selectors: [PathSelector] = [.entry(in: "nix/store")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.nix)
        guard let path = NixStoreName(file.path.name) else { return packages.file }
        packages.add(name: path.package, version: path.version)
        var found = packages.file
        // The package has all that is below; its database, which lists the files, is left out of most images. The prefix keeps
        // it apart from a distribution's package of the same name, whose advisories say nothing about it.
        if !found.packages.isEmpty { found.ownerships = [Ownership(owner: "nix:" + path.package, paths: [file.path])] }
        return found
    }
}

/// The name of a store path taken apart: `h0cn…-glibc-2.34-210-bin` is the output `bin` of `glibc` in version `2.34-210`.
struct NixStoreName {
    let package: String
    let version: String
    let output: String?

    private static let hashBytes = 32
    /// A name has at most 211 bytes beside the hash.
    private static let maxBytes = 255
    private static let hashAlphabet = Set("0123456789abcdfghijklmnpqrsvwxyz".utf8)
    /// Recipes, sources and patches: what packages are built from.
    private static let sources = [
        ".drv", ".patch", ".diff", ".tar", ".gz", ".bz2", ".xz", ".tgz", ".zip", ".lock", ".chroot", ".sh", ".json",
        ".conf", ".service", ".crate",
    ]
    /// What may end a version without a digit, where other words name an output.
    private static let preReleases: Set<String> = ["alpha", "beta", "pre", "rc", "dev", "git"]

    /// `nil` where the name has no hash of Nix's or no version, which begins with a digit behind a hyphen (Nix,
    /// `builtins.parseDrvName`) or is `unstable-` and a date.
    init?(_ name: ArraySlice<UInt8>) {
        let hyphen = UInt8(ascii: "-")
        guard name.count > Self.hashBytes + 1, name.count <= Self.maxBytes,
            name.prefix(Self.hashBytes).allSatisfy(Self.hashAlphabet.contains)
        else { return nil }
        let text = String(decoding: name.dropFirst(Self.hashBytes), as: UTF8.self)
        guard text.utf8.first == hyphen, !Self.sources.contains(where: text.hasSuffix) else { return nil }
        var fields = text.dropFirst().split(separator: "-", omittingEmptySubsequences: false)
        guard var start = fields.firstIndex(where: { $0.first?.isASCII == true && $0.first?.isNumber == true }),
            start > 0
        else { return nil }
        var output: Substring?
        if let last = fields.last, start < fields.count - 1, !last.isEmpty, !last.contains(where: \.isNumber),
            last != "unstable", !Self.preReleases.contains(String(last))
        {
            output = fields.removeLast()
        }
        if start > 1, fields[start - 1] == "unstable" { start -= 1 }
        package = fields[..<start].joined(separator: "-")
        version = fields[start...].joined(separator: "-")
        self.output = output.map(String.init)
        guard !package.isEmpty else { return nil }
    }
}
