import Bytes
import ScanModel

/// Alpine packages from apk's installed database: one letter, a colon, the value (apk-tools, apk_db_fdb_read).
struct ApkCataloger: Cataloger {
    let name = "apk"
    let version = 5
    let maxFileBytes = EvidenceBound.database
    let selectors: [PathSelector] = [.pathSuffix("lib/apk/db/installed")]

    private struct Record {
        var name = ""
        var version = ""
        var arch = ""
        var origin = ""
        var license = ""
        var maintainer = ""
        var size = ""
        var directory: [UInt8] = []

        var isSound: Bool { PackageRecords.isSound(name) && PackageRecords.isSound(version) }

        var package: Package {
            Package(
                type: .apk,
                name: name,
                version: version,
                arch: PackageRecords.isSound(arch) ? arch : "",
                source: SourcePackage(name: PackageRecords.isSound(origin) ? origin : name, version: version),
                licenses: RecognisedLicenses.normalized([license]),
                supplier: PackageRecords.isSound(maintainer) ? maintainer : nil,
                installedBytes: PackageRecords.bytes(size)
            )
        }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.apk)
        var owned = OwnedPaths(of: file)
        var record = Record()
        var isOpen = false
        func close() {
            if isOpen { if record.isSound { packages.add(record.package) } else { packages.addDamaged() } }
            record = Record()
            isOpen = false
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
            case UInt8(ascii: "I"): record.size = value.trimmedText
            case UInt8(ascii: "F"): record.directory = Array(value)
            // Its name and version stand in front of a package's files.
            case UInt8(ascii: "R") where record.isSound && !owned.isFull:
                owned.add(record.directory + [UInt8(ascii: "/")] + value, owner: record.name)
            default: break
            }
        }
        close()
        var found = packages.file
        owned.add(to: &found)
        return found
    }
}
