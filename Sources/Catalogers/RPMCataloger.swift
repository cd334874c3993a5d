import Bytes
import RPMDatabase
import ScanModel

/// RPM packages, from the database in any of its three forms at any of its three places.
struct RPMCataloger: Cataloger {
    let name = "rpm"
    let version = 4
    let readsLargeFiles = true
    let isCostly = true
    let companionSuffixes = ["-wal"]
    let selectors: [PathSelector] = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"].flatMap { folder in
        ["Packages", "Packages.db", "rpmdb.sqlite"].map { PathSelector.pathSuffix("\(folder)/\($0)") }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        guard file.bytes.count > 0 else { return found }
        do {
            let contents = try RPMDatabase.read(file.bytes, wal: file.companions["-wal"])
            found.problems = contents.problems
            var damaged = 0
            for package in contents.packages {
                let release = package.release.isEmpty ? package.version : "\(package.version)-\(package.release)"
                let version = package.epoch.map { $0 == 0 ? release : "\($0):\(release)" } ?? release
                guard PackageRecords.isSound(package.name), PackageRecords.isSound(version) else {
                    damaged += 1
                    continue
                }
                let owned = package.files.compactMap { LayerPath(archiveName: Array($0.utf8)) }.filter(file.isEvidence)
                if !owned.isEmpty {
                    found.ownerships.append(Ownership(owner: package.name, paths: owned.sorted()))
                }
                found.packages.append(
                    CatalogedPackage(
                        Package(
                            type: .rpm,
                            name: package.name,
                            version: version,
                            arch: package.arch,
                            source: package.sourceRPM.flatMap { SourcePackage(fileName: $0, versionOf: version) },
                            licenses: RecognisedLicenses.normalized([package.license].compactMap(\.self)),
                            module: package.modularityLabel,
                            supplier: package.vendor.flatMap { PackageRecords.isSound($0) ? $0 : nil }
                        )
                    )
                )
            }
            if damaged > 0 { found.problems.append("\(damaged) records without a sound name and version") }
        } catch {
            found.problems.append("the rpm database cannot be read: \(error)")
        }
        return found
    }
}
