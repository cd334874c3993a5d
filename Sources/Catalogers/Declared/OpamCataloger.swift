import Bytes
import ScanModel

/// OCaml packages, from opam's package definitions (opam Manual, "Package definitions").
struct OpamCataloger: Cataloger {
    let name = "opam"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("opam"), .pattern("*.opam")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var fields: [String: [String]] = [:]
        var open: String?
        var isText = false
        for line in TextLines(file.bytes.all) where line.count <= 16 * 1024 {
            let text = line.trimmedText
            guard !text.isEmpty else { continue }
            // Descriptions go over many lines between three quotes.
            if text.split(separator: "\"\"\"", omittingEmptySubsequences: false).count.isMultiple(of: 2) {
                isText.toggle()
            }
            guard !isText else { continue }
            if let name = open {
                fields[name, default: []] += Self.strings(text)
                if text.contains("]") { open = nil }
            } else if let colon = text.firstIndex(of: ":"), line.first.map({ $0 > 32 }) == true {
                let name = String(text[..<colon])
                guard ["opam-version", "name", "version", "license"].contains(name), fields[name] == nil else {
                    continue
                }
                let value = text[text.index(after: colon)...]
                fields[name] = Self.strings(String(value))
                if value.contains("["), !value.contains("]") { open = name }
            }
        }
        // Any file may be called so; only a definition states its format.
        guard fields["opam-version"]?.first != nil else { return CatalogedFile() }
        let (name, version) = identity(file.path, name: fields["name"]?.first, version: fields["version"]?.first)
        // A definition in development has no version.
        guard let version else { return CatalogedFile() }
        var packages = PackageRecords(.opam)
        packages.add(name: name, version: version, licenses: fields["license"] ?? [])
        return packages.file
    }

    /// A file called `opam` stands in a folder called `name.version`, or else states both; any other is called `name.opam`.
    private func identity(_ path: LayerPath, name: String?, version: String?) -> (String, String?) {
        let fileName = String(decoding: path.name, as: UTF8.self)
        guard fileName == "opam" else { return (String(fileName.dropLast(".opam".count)), version) }
        let folder = path.parent.map { String(decoding: $0.name, as: UTF8.self) } ?? ""
        let parts = folder.split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return (name ?? folder, version) }
        return (String(parts[0]), String(parts[1]))
    }

    private static func strings(_ text: String) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset.isMultiple(of: 2) ? nil : String($0.element) }
    }
}
