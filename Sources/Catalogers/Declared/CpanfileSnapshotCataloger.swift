import Bytes
import ScanModel

/// Perl distributions, from the `cpanfile.snapshot` that Carton writes (Carton, `Carton::Snapshot`).
struct CpanfileSnapshotCataloger: Cataloger {
    let name = "cpanfile-snapshot"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("cpanfile.snapshot")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.cpan)
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            // Two blanks begin a distribution, four its details.
            guard line.starts(with: "  ".utf8), line.dropFirst(2).first.map({ $0 > 32 }) == true else { continue }
            let distribution = PerlDistribution(line.trimmedText)
            packages.add(name: distribution?.name, version: distribution?.version)
        }
        return packages.file
    }
}
