import Bytes
import RPMDatabase
import ScanModel

/// RPM packages, from the database in any of its three forms at any of its three places.
struct RPMCataloger: Cataloger {
    let name = "rpm"
    let version = 5
    let maxFileBytes = EvidenceBound.binary
    let isCostly = true
    let companionSuffixes = ["-wal"]
    let selectors: [PathSelector] = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"].flatMap { folder in
        ["Packages", "Packages.db", "rpmdb.sqlite"].map { PathSelector.pathSuffix("\(folder)/\($0)") }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard file.bytes.count > 0 else { return CatalogedFile() }
        do {
            let contents = try RPMDatabase.read(file.bytes, wal: file.companions["-wal"])
            var packages = PackageRecords(.rpm)
            var owned = OwnedPaths(of: file)
            for package in contents.packages {
                guard let sound = Package(package) else {
                    packages.addDamaged()
                    continue
                }
                for path in package.files where !owned.isFull { owned.add(Array(path.utf8), owner: package.name) }
                packages.add(sound)
            }
            var found = packages.file
            found.problems = contents.problems + found.problems
            owned.add(to: &found)
            return found
        } catch {
            return CatalogedFile(problem: "the rpm database cannot be read: \(error)")
        }
    }
}

extension Package {
    /// The package that a header of rpm's describes; `nil` without a sound name and version.
    init?(_ package: RPMPackage) {
        let release = package.release.isEmpty ? package.version : "\(package.version)-\(package.release)"
        let version = package.epoch.map { $0 == 0 ? release : "\($0):\(release)" } ?? release
        guard PackageRecords.isSound(package.name), PackageRecords.isSound(version) else { return nil }
        self.init(
            type: .rpm,
            name: package.name,
            version: version,
            arch: package.arch,
            source: package.sourceRPM.flatMap { SourcePackage(fileName: $0, versionOf: version) },
            licenses: RecognisedLicenses.normalized([package.license].compactMap(\.self)),
            module: package.modularityLabel,
            supplier: package.vendor.flatMap { PackageRecords.isSound($0) ? $0 : nil },
            installedBytes: package.size.map(Int64.init)
        )
    }
}
