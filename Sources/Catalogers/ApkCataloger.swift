import Bytes
import ScanModel

/// Alpine packages from apk's installed database: one letter, a colon, the value (apk-tools, apk_db_fdb_read).
struct ApkCataloger: Cataloger {
    let name = "apk"
    let version = 3
    let selectors: [PathSelector] = [.pathSuffix("lib/apk/db/installed")]

    private struct Record {
        var name = ""
        var version = ""
        var arch = ""
        var origin = ""
        var license = ""
        var maintainer = ""
        var directory: [UInt8] = []
        var owned: [LayerPath] = []
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        var damaged = 0
        var record = Record()
        var isOpen = false
        func close() {
            defer {
                record = Record()
                isOpen = false
            }
            guard isOpen else { return }
            guard PackageRecords.isSound(record.name), PackageRecords.isSound(record.version) else {
                damaged += 1
                return
            }
            let origin = PackageRecords.isSound(record.origin) ? record.origin : record.name
            found.packages.append(
                CatalogedPackage(
                    Package(
                        type: .apk,
                        name: record.name,
                        version: record.version,
                        arch: PackageRecords.isSound(record.arch) ? record.arch : "",
                        source: SourcePackage(name: origin, version: record.version),
                        licenses: RecognisedLicenses.normalized([record.license]),
                        supplier: PackageRecords.isSound(record.maintainer) ? record.maintainer : nil
                    )
                )
            )
            if !record.owned.isEmpty {
                found.ownerships.append(Ownership(owner: record.name, paths: record.owned.sorted()))
            }
        }
        for line in TextLines(file.bytes.all) {
            guard !line.isEmpty else {
                close()
                continue
            }
            isOpen = true
            guard line.count >= 2, line[line.startIndex + 1] == UInt8(ascii: ":") else { continue }
            let value = line.dropFirst(2).prefix(4096)
            switch line[line.startIndex] {
            case UInt8(ascii: "P"): record.name = value.trimmedText
            case UInt8(ascii: "V"): record.version = value.trimmedText
            case UInt8(ascii: "A"): record.arch = value.trimmedText
            case UInt8(ascii: "o"): record.origin = value.trimmedText
            case UInt8(ascii: "L"): record.license = value.trimmedText
            case UInt8(ascii: "m"): record.maintainer = value.trimmedText
            case UInt8(ascii: "F"): record.directory = Array(value)
            case UInt8(ascii: "R"):
                if let path = LayerPath(archiveName: record.directory + [UInt8(ascii: "/")] + value),
                    file.isEvidence(path)
                {
                    record.owned.append(path)
                }
            default: break
            }
        }
        close()
        if damaged > 0 { found.problems.append("\(damaged) records without a sound name and version") }
        return found
    }
}
