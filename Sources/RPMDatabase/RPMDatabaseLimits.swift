/// What one rpm database may cost; each bound is far above what real systems hold.
package struct RPMDatabaseLimits: Sendable, Equatable {
    /// The largest database read, in bytes, with a write-ahead log applied; a sqlite database is held in memory whole.
    package var maxDatabaseBytes: Int
    /// The most records looked at; further ones are left out with a problem.
    package var maxRecords: Int
    /// The most index entries of one header; rpm itself refuses more than 65,535.
    package var maxHeaderEntries: Int
    /// The most bytes in the data part of one header; 256 MiB is rpm's own limit.
    package var maxHeaderDataBytes: Int
    /// The most bytes of one name, version, licence or similar field.
    package var maxFieldBytes: Int
    /// The most paths of one package.
    package var maxFilesPerPackage: Int
    /// The most bytes of one path; a longer one is left out.
    package var maxPathBytes: Int
    /// The most paths of all packages together.
    package var maxFiles: Int
    /// The most bytes of all paths together.
    package var maxTotalPathBytes: Int
    /// The most problems described; further ones are only counted.
    package var maxProblems: Int
    /// The most virtual-machine instructions sqlite may run for one database.
    package var maxSQLiteInstructions: Int

    /// Makes limits; the defaults suit a container image.
    package init(
        maxDatabaseBytes: Int = 1 << 30,
        maxRecords: Int = 200_000,
        maxHeaderEntries: Int = 65_536,
        maxHeaderDataBytes: Int = 256 << 20,
        maxFieldBytes: Int = 65_536,
        maxFilesPerPackage: Int = 1_000_000,
        maxPathBytes: Int = 4_096,
        maxFiles: Int = 4_000_000,
        maxTotalPathBytes: Int = 512 << 20,
        maxProblems: Int = 100,
        maxSQLiteInstructions: Int = 100_000_000
    ) {
        self.maxDatabaseBytes = maxDatabaseBytes
        self.maxRecords = maxRecords
        self.maxHeaderEntries = maxHeaderEntries
        self.maxHeaderDataBytes = maxHeaderDataBytes
        self.maxFieldBytes = maxFieldBytes
        self.maxFilesPerPackage = maxFilesPerPackage
        self.maxPathBytes = maxPathBytes
        self.maxFiles = maxFiles
        self.maxTotalPathBytes = maxTotalPathBytes
        self.maxProblems = maxProblems
        self.maxSQLiteInstructions = maxSQLiteInstructions
    }
}
