/// One installed package, as its header in the rpm database describes it.
package struct RPMPackage: Sendable, Equatable {
    package var name: String
    package var version: String
    package var release: String
    /// `nil` where the header has no epoch, which rpm compares as 0.
    package var epoch: Int?
    /// The architecture it was built for, `""` where the header has none.
    package var arch: String
    /// The file name of the source package, such as `bash-5.1.8-6.el9.src.rpm`.
    package var sourceRPM: String?
    package var license: String?
    package var vendor: String?
    /// The module the package belongs to, such as `nodejs:18:…`; absent and empty differ.
    package var modularityLabel: String?
    /// The absolute paths the package owns, directories included, in the order of the header.
    package var files: [String]
    /// What the header says of each of ``files``, in their order; empty where it was not asked for.
    package var fileDetails: [RPMFileDetails] = []
    /// When it was installed, in seconds since 1970.
    package var installTime: Int?
    /// The MD5 digest of the package file's header and payload, in lower-case hexadecimal.
    package var sigMD5: String?
    /// Bytes of its files, all together.
    package var size: Int?

    /// Makes a package.
    package init(
        name: String,
        version: String,
        release: String,
        epoch: Int? = nil,
        arch: String = "",
        sourceRPM: String? = nil,
        license: String? = nil,
        vendor: String? = nil,
        modularityLabel: String? = nil,
        files: [String] = [],
        installTime: Int? = nil,
        sigMD5: String? = nil,
        size: Int? = nil
    ) {
        self.name = name
        self.version = version
        self.release = release
        self.epoch = epoch
        self.arch = arch
        self.sourceRPM = sourceRPM
        self.license = license
        self.vendor = vendor
        self.modularityLabel = modularityLabel
        self.files = files
        self.installTime = installTime
        self.sigMD5 = sigMD5
        self.size = size
    }

    /// The order in which packages are listed: a fixed one, not the order of versions.
    static func listed(_ first: RPMPackage, before second: RPMPackage) -> Bool {
        if first.name != second.name { return first.name < second.name }
        // A package without epoch comes before one with epoch 0.
        if first.epoch != second.epoch { return (first.epoch ?? -1) < (second.epoch ?? -1) }
        if first.version != second.version { return first.version < second.version }
        if first.release != second.release { return first.release < second.release }
        if first.arch != second.arch { return first.arch < second.arch }
        if first.installTime != second.installTime { return (first.installTime ?? -1) < (second.installTime ?? -1) }
        return (first.sigMD5 ?? "") < (second.sigMD5 ?? "")
    }
}

/// What was read from one rpm database.
package struct RPMDatabaseContents: Sendable, Equatable {
    /// The packages, by name, epoch, version, release and architecture.
    package var packages: [RPMPackage]
    /// What could not be read, a sentence each; empty for a sound database.
    package var problems: [String]

    /// Makes contents.
    package init(packages: [RPMPackage], problems: [String]) {
        self.packages = packages
        self.problems = problems
    }
}
