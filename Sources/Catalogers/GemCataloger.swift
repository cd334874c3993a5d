import Bytes
import ScanModel

/// Installed gems, from the gemspecs that RubyGems writes: Ruby source, of which only plain string assignments are read,
/// or else the comment in which RubyGems repeats them for itself (RubyGems, stub_specification.rb).
struct GemCataloger: Cataloger {
    let name = "gem"
    let version = 3
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
        guard let name, let version, !name.isEmpty, !version.isEmpty else {
            found.problems.append("no plain name or version in the gemspec")
            return found
        }
        found.packages = [
            CatalogedPackage(Package(type: .gem, name: name, version: version, licenses: Array(Set(licenses)).sorted()))
        ]
        return found
    }

    /// The strings of a line, in order, up to one that Ruby puts something into: where that ends takes Ruby to tell.
    private func literals(_ text: Substring) -> [String] {
        var found: [Substring] = []
        var rest = text
        while let character = rest.popFirst(), character != "#" {
            let known = found.count
            if character == "\"" || character == "'" {
                guard let end = rest.firstIndex(of: character) else { break }
                found.append(rest[..<end])
                rest = rest[rest.index(after: end)...]
            } else if character == "%", let kind = rest.first, "qQwW".contains(kind), let open = rest.dropFirst().first,
                !open.isLetter, !open.isNumber, !open.isWhitespace
            {
                rest = rest.dropFirst(2)
                guard let end = closing(of: open, in: rest) else { break }
                let body = rest[..<end]
                found += kind == "w" || kind == "W" ? body.split(separator: " ") : [body]
                rest = rest[rest.index(after: end)...]
            }
            // Asked once of each literal: a long one with a long line behind it would cost the product of both.
            if found.count > known, found.last?.contains("#{") == true { break }
        }
        return found.filter { !$0.contains("#{") }.map { String($0) }
    }

    /// Where the literal ends that `open` began: at the next like it or, of brackets, at the one that closes it.
    private func closing(of open: Character, in rest: Substring) -> Substring.Index? {
        let brackets: [Character: Character] = ["(": ")", "[": "]", "{": "}", "<": ">"]
        guard let close = brackets[open] else { return rest.firstIndex(of: open) }
        var depth = 1
        return rest.indices.first { index in
            if rest[index] == open { depth += 1 } else if rest[index] == close { depth -= 1 }
            return depth == 0
        }
    }
}
