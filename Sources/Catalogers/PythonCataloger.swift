import Bytes
import ScanModel
import Zip

/// Installed Python distributions: wheels' `METADATA`, eggs' `PKG-INFO`, and single `.egg-info` files (PyPA core
/// metadata; "Recording installed projects").
struct PythonCataloger: Cataloger {
    let name = "python"
    let version = 4
    let selectors: [PathSelector] = [
        // PyInstaller puts a wheel's into a folder with the other ending, as in the AWS CLI.
        .name("METADATA", parentSuffixes: ["dist-info", ".egg-info"]),
        .name("PKG-INFO", parentSuffixes: [".egg-info", "egg-info"]),
        .suffix(".egg-info"),
    ]

    func catalog(_ file: EvidenceFile) -> CatalogedFile { PythonMetadata.read(file.bytes.all) }
}

/// Eggs that are one ZIP file, which Python imports from as it is (setuptools, "The Internal Structure of Python Eggs").
///
/// A wheel is no such thing: it is there to be installed, and what was installed from it has its own metadata.
struct PythonEggCataloger: Cataloger {
    let name = "python-egg"
    let version = 1
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.suffix(".egg")]

    /// Longer metadata is refused, 16 MiB.
    private static let maxBytes = 16 << 20

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // Other files have this name, too.
        guard ZipArchive.isZip(file.bytes) else { return CatalogedFile() }
        do {
            let archive = try ZipArchive(file.bytes)
            guard let metadata = archive.entries.first(where: { $0.name == "EGG-INFO/PKG-INFO" }) else {
                return CatalogedFile()
            }
            var found = PythonMetadata.read(try archive.contents(of: metadata, maxBytes: Self.maxBytes))
            found.problems += archive.problems
            return found
        } catch {
            return CatalogedFile(problem: "egg: \(error)")
        }
    }
}

/// The metadata of a distribution (PyPA, "Core metadata specifications").
private enum PythonMetadata {
    private static let fields: Set<String> = ["name", "version", "license", "license-expression", "classifier"]

    static func read(_ bytes: [UInt8]) -> CatalogedFile {
        var found = CatalogedFile()
        var stanzas = ControlStanzas(bytes, wanted: fields, end: .emptyLine)
        guard let metadata = stanzas.next(), let name = metadata["name"]?.first, !name.isEmpty,
            let version = metadata["version"]?.first, !version.isEmpty
        else {
            found.problems.append("no Name or Version in the metadata")
            return found
        }
        found.packages = [
            CatalogedPackage(Package(type: .python, name: name, version: version, licenses: licenses(metadata)))
        ]
        return found
    }

    private static func licenses(_ metadata: [String: [String]]) -> [String] {
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
