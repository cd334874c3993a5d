/// Gathers the packages of one database from its records, within the limits.
struct RecordCollector {
    /// The name of the rows which hold imported keys, not packages.
    private static let keyName = "gpg-pubkey"

    let limits: RPMDatabaseLimits
    private var packages: [RPMPackage] = []
    private var problems: [String] = []
    private var undescribedProblems = 0
    private var recordCount = 0
    private var fileLists: FileListBudget

    private let withFileDetails: Bool

    init(limits: RPMDatabaseLimits, withFileDetails: Bool = false) {
        self.limits = limits
        self.withFileDetails = withFileDetails
        fileLists = FileListBudget(limits: limits)
    }

    /// The most bytes a record can have: a header of the largest size.
    var maxRecordBytes: Int {
        RPMHeader.preambleBytes + limits.maxHeaderEntries * RPMHeader.entryBytes + limits.maxHeaderDataBytes
    }

    /// Adds the package of one record, or the reason why there is none.
    ///
    /// - Returns: `false` where no further record will be taken.
    mutating func add(_ blob: [UInt8], record: Int64) -> Bool {
        guard countRecord() else { return false }
        do throws(RecordDamage) {
            let header = try RPMHeader(blob, limits: limits)
            var reading = try HeaderReading(header, limits: limits)
            guard reading.package.name != Self.keyName else { return true }
            do throws(RecordDamage) {
                let list = try fileLists.paths(of: header, damage: &reading.damage)
                reading.package.files = list.paths
                if withFileDetails {
                    let details = RPMFileDetails.all(
                        of: header,
                        count: list.count,
                        limits: limits,
                        damage: &reading.damage
                    )
                    reading.package.fileDetails = list.places.compactMap {
                        details.indices.contains($0) ? details[$0] : nil
                    }
                }
            } catch {
                reading.damage.append(error)
            }
            packages.append(reading.package)
            for damage in reading.damage { add(problem: "Record \(record) is read in part: \(damage.reason).") }
        } catch {
            add(problem: "Record \(record) is left out: \(error.reason).")
        }
        return true
    }

    /// Notes that one record could not be read.
    ///
    /// - Returns: `false` where no further record will be taken.
    mutating func add(_ damage: RecordDamage, record: Int64) -> Bool {
        guard countRecord() else { return false }
        add(problem: "Record \(record) is left out: \(damage.reason).")
        return true
    }

    /// Notes a problem, or counts it where enough are described: then no text is made.
    mutating func add(problem: @autoclosure () -> String) {
        if problems.count < limits.maxProblems {
            problems.append(problem())
        } else {
            undescribedProblems += 1
        }
    }

    /// What was gathered, in its fixed order.
    func contents() -> RPMDatabaseContents {
        var problems = problems
        if undescribedProblems > 0 { problems.append("\(undescribedProblems) further problems are not described.") }
        return RPMDatabaseContents(packages: packages.sorted(by: RPMPackage.listed(_:before:)), problems: problems)
    }

    private mutating func countRecord() -> Bool {
        let limit = limits.maxRecords
        guard recordCount < limit else {
            add(problem: "Only \(limit) records are read.")
            return false
        }
        recordCount += 1
        return true
    }
}
