import Bytes
import ScanModel

/// Installed gems, from the gemspecs that RubyGems writes: Ruby source, of which only plain string assignments are read,
/// or else the comment in which RubyGems repeats them for itself (RubyGems, stub_specification.rb).
struct GemCataloger: Cataloger {
    let name = "gem"
    let version = 2
    let selectors: [PathSelector] = [.suffixBelow(".gemspec", directory: "specifications")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        var name: String?
        var version: String?
        var licenses: [String] = []
        var stub: [Substring] = []
        for line in TextLines(file.bytes.all).prefix(20_000) where line.count <= 64 * 1024 {
            let text = line.trimmedText
            if stub.isEmpty, text.hasPrefix("# stub: ") {
                stub = text.dropFirst(8).split(separator: " ", maxSplits: 3)
                continue
            }
            guard let dot = text.firstIndex(of: "."), let equals = text.firstIndex(of: "="), dot < equals else {
                continue
            }
            guard text[..<dot].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else { continue }
            let strings = literals(text[text.index(after: equals)...])
            switch text[text.index(after: dot)..<equals].filter({ $0 != " " }) {
            case "name": name = name ?? strings.first
            case "version": version = version ?? strings.first
            case "license", "licenses": licenses += strings
            default: break
            }
        }
        // A name or a version may be a constant, a call, or what the gem's own code says.
        if name == nil || version == nil, stub.count >= 3 { (name, version) = (String(stub[0]), String(stub[1])) }
        guard let name, let version, !name.isEmpty, !version.isEmpty, name.utf8.count <= 256, version.utf8.count <= 256
        else {
            found.problems.append("no plain name or version in the gemspec")
            return found
        }
        found.packages = [
            CatalogedPackage(Package(type: .gem, name: name, version: version, licenses: Array(Set(licenses)).sorted()))
        ]
        return found
    }

    /// The quoted strings of a line, in order.
    private func literals(_ text: Substring) -> [String] {
        var found: [String] = []
        var open: Character?
        var current = ""
        for character in text {
            if let quote = open {
                if character == quote {
                    found.append(current)
                    open = nil
                } else {
                    current.append(character)
                }
            } else if character == "\"" || character == "'" {
                open = character
                current = ""
            } else if character == "#" {
                break
            }
        }
        return found
    }
}
