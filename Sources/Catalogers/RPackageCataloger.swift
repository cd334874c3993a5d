import Bytes
import ScanModel

/// Installed R packages, from their `DESCRIPTION` ("Writing R Extensions", 1.1.1).
struct RPackageCataloger: Cataloger {
    let name = "r"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("DESCRIPTION")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // Other programs have files of this name: only the fields tell.
        var stanzas = ControlStanzas(file.bytes.all, wanted: ["package", "version", "license"])
        guard let fields = stanzas.next(), let name = fields["package"]?.last, !name.isEmpty,
            let version = fields["version"]?.last, !version.isEmpty
        else { return CatalogedFile() }
        var packages = PackageRecords(.rPackage)
        packages.add(name: name, version: version, licenses: licenses(fields["license"]?.last ?? ""))
        return packages.file
    }

    /// Alternatives stand between bars; `file LICENSE` points to a text and is none by itself.
    private func licenses(_ field: String) -> [String] {
        field.split(separator: "|").compactMap { part in
            let text = (part.split(separator: "+").first ?? part).trimmingSpaces
            return text.hasPrefix("file ") || text.isEmpty ? nil : text
        }
    }
}
