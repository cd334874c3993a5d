import Bytes
import RPMDatabase
import ScanModel

/// RPM packages that lie in folders as files, from the header of each.
struct RPMArchiveCataloger: Cataloger {
    let name = CatalogerName.rpmArchive
    let version = 2
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.suffix(".rpm")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // Other files have this name, too.
        guard RPMFile.isPackage(file.bytes) else { return CatalogedFile() }
        var packages = PackageRecords(.rpm)
        do {
            let read = try RPMFile.read(file.bytes)
            for problem in read.problems { packages.addProblem(problem) }
            if let package = Package(read.package) { packages.add(package) } else { packages.addDamaged() }
        } catch {
            packages.addProblem("the rpm package cannot be read: \(error)")
        }
        return packages.file
    }
}
