package import Bytes

/// Reads the database of installed packages which rpm keeps, in each of its three formats.
///
/// The format is told by magic bytes, never by the file's name: sqlite (`rpmdb.sqlite`), Berkeley DB hash (`Packages`)
/// and ndb (`Packages.db`) are all seen under `/var/lib/rpm`, `/usr/lib/sysimage/rpm` and `/usr/share/rpm`. No file is
/// written and no statement of the database's own is run.
package enum RPMDatabase {
    /// Reads the packages of a database.
    ///
    /// Rows named `gpg-pubkey` are keys and left out. A record which cannot be read is left out and described in
    /// `problems`, as is anything else that was cut short by damage or by a limit.
    /// - Parameters:
    ///   - file: The database.
    ///   - wal: The `-wal` file beside a sqlite database, if there is one; its committed transactions count. Other
    ///     formats ignore it.
    ///   - limits: How much work and memory one database may cost.
    ///   - withFileDetails: Whether ``RPMPackage/fileDetails`` are read.
    /// - Returns: The packages in a fixed order: name, epoch, version, release, architecture.
    /// - Throws: `RPMDatabaseError` where nothing can be read: another kind of file, a variant that is not supported, a
    ///   database above the size limit, or damage to the structures that lead to the records.
    package static func read(
        _ file: FileBytes,
        wal: FileBytes? = nil,
        limits: RPMDatabaseLimits = .init(),
        withFileDetails: Bool = false
    ) throws(RPMDatabaseError) -> RPMDatabaseContents {
        guard let format = RPMDatabaseFormat(of: file) else {
            throw RPMDatabaseError(.notADatabase, "The file has none of the magic bytes of an rpm database.")
        }
        guard file.count <= limits.maxDatabaseBytes else {
            throw RPMDatabaseError(
                .tooLarge,
                "The rpm database has \(file.count) bytes, the limit is \(limits.maxDatabaseBytes)."
            )
        }
        var records = RecordCollector(limits: limits, withFileDetails: withFileDetails)
        switch format {
        case .sqlite: try SQLitePackages.collect(from: file, wal: wal, into: &records)
        case .berkeleyHash(let bigEndian):
            try BerkeleyHashFile(file, bigEndian: bigEndian).collect(into: &records)
        case .ndb: try NDBFile(file).collect(into: &records)
        }
        return records.contents()
    }
}

/// One of the formats rpm has used for its database.
enum RPMDatabaseFormat: Equatable {
    case sqlite
    case berkeleyHash(bigEndian: Bool)
    case ndb

    /// "SQLite format 3" and its NUL (SQLite file format, section 1.3, The Database Header).
    private static let sqliteMagic = Array("SQLite format 3\0".utf8)

    /// Tells the format by its magic bytes.
    init?(of file: FileBytes) {
        if file.hasBytes(Self.sqliteMagic) {
            self = .sqlite
        } else if file.integer(at: 0, as: UInt32.self) == NDBFile.magic {
            self = .ndb
        } else if file.integer(at: BerkeleyHashFile.magicOffset, as: UInt32.self) == BerkeleyHashFile.magic {
            self = .berkeleyHash(bigEndian: false)
        } else if file.integer(at: BerkeleyHashFile.magicOffset, as: UInt32.self, bigEndian: true)
            == BerkeleyHashFile.magic
        {
            self = .berkeleyHash(bigEndian: true)
        } else {
            return nil
        }
    }
}
