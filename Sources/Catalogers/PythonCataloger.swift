import Bytes
import ScanModel

/// Installed Python distributions: wheels' `METADATA`, eggs' `PKG-INFO`, and single `.egg-info` files (PyPA core
/// metadata; "Recording installed projects").
struct PythonCataloger: Cataloger {
    let name = "python"
    let version = 3
    let selectors: [PathSelector] = [
        .name("METADATA", parentSuffixes: [".dist-info"]),
        .name("PKG-INFO", parentSuffixes: [".egg-info", "egg-info"]),
        .suffix(".egg-info"),
    ]

    private static let fields: Set<String> = ["name", "version", "license", "license-expression", "classifier"]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        var stanzas = ControlStanzas(file.bytes.all, wanted: Self.fields, end: .emptyLine)
        guard let metadata = stanzas.next(), let name = metadata["name"]?.first, !name.isEmpty,
            let version = metadata["version"]?.first, !version.isEmpty, name.utf8.count <= 256,
            version.utf8.count <= 256
        else {
            found.problems.append("no Name or Version in the metadata")
            return found
        }
        found.packages = [
            CatalogedPackage(Package(type: .python, name: name, version: version, licenses: licenses(metadata)))
        ]
        return found
    }

    private func licenses(_ metadata: [String: [String]]) -> [String] {
        if let expression = metadata["license-expression"]?.first, !expression.isEmpty { return [expression] }
        if let license = metadata["license"]?.first, !license.isEmpty, license != "UNKNOWN", license.utf8.count <= 100,
            !license.contains("\n")
        {
            return [license]
        }
        let classified = (metadata["classifier"] ?? []).filter { $0.hasPrefix("License ::") }
            .compactMap { $0.split(separator: "::").last?.drop { $0 == " " } }.map(String.init)
        return Array(Set(classified)).sorted()
    }
}
