import Bytes
import ScanModel

/// Providers of Terraform and OpenTofu, from `.terraform.lock.hcl` (Terraform documentation, "Dependency Lock File").
struct TerraformLockCataloger: Cataloger {
    let name = "terraform-lock"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix(".terraform.lock.hcl")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.terraform)
        // The tool writes each block's head and each argument on a line of its own.
        var open: String?
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            let text = line.trimmedText
            switch text.prefix(while: { $0 != " " && $0 != "=" && $0 != "\"" }) {
            case "provider":
                if open != nil { packages.addDamaged() }
                open = Self.quoted(text)
            case "version":
                guard let provider = open else { continue }
                packages.add(name: provider, version: Self.quoted(text))
                open = nil
            default: break
            }
        }
        if open != nil { packages.addDamaged() }
        return packages.file
    }

    private static func quoted(_ text: String) -> String? {
        let parts = text.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3 ? String(parts[1]) : nil
    }
}
