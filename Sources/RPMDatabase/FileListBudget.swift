/// Rebuilds the paths a package owns and keeps their number and size within bounds, over a whole database.
///
/// The bounds are needed because a header names each directory once: a small header can claim a great many copies of a
/// long directory name.
struct FileListBudget {
    private let limits: RPMDatabaseLimits
    private var remainingFiles: Int
    private var remainingBytes: Int

    init(limits: RPMDatabaseLimits) {
        self.limits = limits
        remainingFiles = limits.maxFiles
        remainingBytes = limits.maxTotalPathBytes
    }

    /// The paths that were admitted.
    struct Paths {
        var paths: [String] = []
        /// Where each stands in the header's list, which has `count` of them.
        var places: [Int] = []
        var count = 0
    }

    /// The paths of a header: BASENAMES[i] in DIRNAMES[DIRINDEXES[i]], or OLDFILENAMES of old packages.
    ///
    /// Paths above the limits or with a damaged directory index are left out and counted in one entry of `damage`.
    /// - Throws: `RecordDamage` where the arrays themselves cannot be read.
    mutating func paths(of header: RPMHeader, damage: inout [RecordDamage]) throws(RecordDamage) -> Paths {
        let count = limits.maxFilesPerPackage
        // Components have the same bound as whole paths; data size bounds what a header can hold of them.
        let bytes = limits.maxFieldBytes
        guard let baseNames = try header.strings(.baseNames, maxCount: count, maxBytes: bytes) else {
            let whole = try header.strings(.oldFileNames, maxCount: count, maxBytes: bytes) ?? []
            return admitted(whole.lazy.map { ("", $0) }, damage: &damage)
        }
        guard let dirNames = try header.strings(.dirNames, maxCount: count, maxBytes: bytes),
            let dirIndexes = try header.integers(.dirIndexes, maxCount: count)
        else {
            if baseNames.isEmpty { return Paths() }
            throw RecordDamage("the files have no directories")
        }
        guard dirIndexes.count == baseNames.count else {
            throw RecordDamage("there are \(baseNames.count) file names and \(dirIndexes.count) directory indexes")
        }
        let parts = zip(dirIndexes, baseNames).lazy.map { index, name in
            (directory: index < dirNames.count ? dirNames[index] : nil, name: name)
        }
        return admitted(parts, damage: &damage)
    }

    private mutating func admitted(
        _ parts: some Sequence<(directory: String?, name: String)>,
        damage: inout [RecordDamage]
    ) -> Paths {
        var list = Paths()
        var refused = 0
        for (directory, name) in parts {
            defer { list.count += 1 }
            guard let directory else {
                refused += 1
                continue
            }
            let size = directory.utf8.count + name.utf8.count
            guard size <= limits.maxPathBytes, remainingFiles > 0, size <= remainingBytes else {
                refused += 1
                continue
            }
            remainingFiles -= 1
            remainingBytes -= size
            list.paths.append(directory + name)
            list.places.append(list.count)
        }
        if refused > 0 { damage.append(RecordDamage("\(refused) of its files were left out")) }
        return list
    }
}
