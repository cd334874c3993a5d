import Bytes
import ScanModel

/// SWI-Prolog packs, from the facts of their `pack.pl` (SWI-Prolog manual, "Packs: community add-ons").
struct SwiplPackCataloger: Cataloger {
    let name = "swipl-pack"
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("pack.pl")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var facts: [String: String] = [:]
        for line in TextLines(file.bytes.all) where line.count <= 4096 {
            let text = line.trimmedText
            guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else {
                continue
            }
            let name = text[..<open].trimmingSpaces
            let value = text[text.index(after: open)..<close].trimmingSpaces
            if facts[name] == nil { facts[name] = value.filter { $0 != "'" && $0 != "\"" } }
        }
        guard let name = facts["name"], let version = facts["version"] else { return CatalogedFile() }
        var packages = PackageRecords(.swiplPack)
        packages.add(name: name, version: version)
        return packages.file
    }
}
