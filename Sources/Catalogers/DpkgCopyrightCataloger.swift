import Bytes
import ScanModel

/// The licences of a Debian package, from the copyright file in its folder (Debian Policy 12.5); distroless images have
/// them too.
struct DpkgCopyrightCataloger: Cataloger {
    let name = "dpkg-copyright"
    let version = 1
    let namesPackages = false
    let selectors: [PathSelector] = [.pattern("usr/share/doc/*/copyright")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let copyright = DebianCopyright(file.bytes)
        found.licenses = RecognisedLicenses.normalized(copyright.names)
        if copyright.isCut { found.problems.append("licences were looked for in the beginning of the file only") }
        return found
    }
}
