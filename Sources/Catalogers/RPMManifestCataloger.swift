import Bytes
import ScanModel

/// RPM packages of images that have no database: the manifest that Azure Linux (CBL-Mariner) leaves in its distroless
/// images.
///
/// A line is what `rpm --query --all` prints with the format `%{NAME}\t%{VERSION}-%{RELEASE}\t%{INSTALLTIME}\t
/// %{BUILDTIME}\t%{VENDOR}\t%{EPOCH}\t%{SIZE}\t%{ARCH}\t%{EPOCHNUM}\t%{SOURCERPM}` (CBL-Mariner,
/// toolkit/docs/how_it_works/5_misc.md).
struct RPMManifestCataloger: Cataloger {
    let name = "rpm-manifest"
    let version = 2
    let maxFileBytes = EvidenceBound.database
    let selectors: [PathSelector] = [.pathSuffix("var/lib/rpmmanifest/container-manifest-2")]

    private static let fieldCount = 10
    private static let maxLineBytes = 4096

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.rpm)
        for line in TextLines(file.bytes.all) where !line.isEmpty {
            if let package = package(line) { packages.add(package) } else { packages.addDamaged() }
        }
        return packages.file
    }

    private func package(_ line: ArraySlice<UInt8>) -> Package? {
        guard line.count <= Self.maxLineBytes else { return nil }
        let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map(\.trimmedText)
        guard fields.count >= Self.fieldCount else { return nil }
        let (name, release, epoch, arch, sourceFile) = (fields[0], fields[1], fields[8], fields[7], fields[9])
        guard PackageRecords.isSound(name), PackageRecords.isSound(release), release.contains("-") else { return nil }
        // Without an epoch the one field says `(none)` and the other 0.
        let version = UInt32(epoch).map { $0 == 0 ? release : "\($0):\(release)" } ?? release
        return Package(
            type: .rpm,
            name: name,
            version: version,
            arch: PackageRecords.isSound(arch) && arch != "(none)" ? arch : "",
            source: PackageRecords.isSound(sourceFile) ? SourcePackage(fileName: sourceFile, versionOf: version) : nil,
            installedBytes: PackageRecords.bytes(fields[6])
        )
    }
}
