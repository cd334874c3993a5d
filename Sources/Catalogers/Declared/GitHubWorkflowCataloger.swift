import Bytes
import ScanModel

/// Actions and shared workflows that workflows and composite actions of GitHub use (GitHub Docs, "Workflow syntax for
/// GitHub Actions", `uses`).
///
/// The version is what stands behind the at-sign, a tag, a branch or a commit; what comes from the repository itself, and
/// what is an image, has none.
struct GitHubWorkflowCataloger: Cataloger {
    let name = "github-workflow"
    let version = 1
    let selectors: [PathSelector] = [
        .directory(".github/workflows", suffix: ".yml"), .directory(".github/workflows", suffix: ".yaml"),
        .pattern(".github/actions/*/action.yml"), .pattern(".github/actions/*/action.yaml"),
    ]

    /// Read line by line: the scripts in these files are full of what would be anchors and aliases elsewhere.
    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var actions = PackageRecords(.githubAction)
        var workflows = PackageRecords(.githubWorkflow)
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            let text = line.trimmedText.drop { $0 == "-" || $0 == " " }
            guard text.hasPrefix("uses:") else { continue }
            var value = text.dropFirst(5).drop { $0 == " " || $0 == "\t" }
            if let quote = value.first, quote == "\"" || quote == "'" {
                value = value.dropFirst().prefix { $0 != quote }
            } else {
                value = value.prefix { $0 != " " && $0 != "\t" }
            }
            let parts = value.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].contains("/"), !parts[0].hasPrefix("."), !parts[0].contains("://") else {
                continue
            }
            if parts[0].contains("/.github/workflows/") {
                workflows.add(name: String(parts[0]), version: String(parts[1]))
            } else {
                actions.add(name: String(parts[0]), version: String(parts[1]))
            }
        }
        var found = actions.file
        let shared = workflows.file
        found.packages += shared.packages
        found.problems += shared.problems
        return found
    }
}
