import Bytes
import ScanModel

/// Go modules that a module requires, after replacements, from its `go.mod` (Go Modules Reference, "go.mod files").
///
/// Since Go 1.17 it names every module that goes into a build, those without a line of code in it too.
struct GoModCataloger: Cataloger {
    let name = "go-mod"
    let version = 1
    let selectors: [PathSelector] = [.name("go.mod", parentSuffixes: [])]

    private static let maxLineBytes = 4096

    private struct Directives {
        var required: [(path: String, version: String)] = []
        /// What stands in for a module, by its path or by that and a version: a hostile file has tens of thousands.
        var replaced: [[String]: [String]] = [:]
        var excluded: Set<[String]> = []
        var damaged = 0

        mutating func add(_ verb: String, _ words: [String]) {
            switch verb {
            case "require":
                guard words.count == 2 else { return damaged += 1 }
                required.append((words[0], words[1]))
            case "replace":
                let sides = words.split(separator: "=>", omittingEmptySubsequences: false).map { Array($0) }
                guard sides.count == 2, sides.allSatisfy({ $0.count == 1 || $0.count == 2 }) else {
                    return damaged += 1
                }
                replaced[sides[0]] = sides[1]
            case "exclude": excluded.insert(words)
            default: break
            }
        }

        /// What stands in for a module: every version of it, or this one.
        func replacement(_ path: String, _ version: String) -> [String]? {
            replaced[[path, version]] ?? replaced[[path]]
        }
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        ListingFile.read(file, .go) { bytes, packages in
            let directives = Self.directives(bytes)
            packages.addDamaged(directives.damaged)
            for (path, version) in directives.required where !directives.excluded.contains([path, version]) {
                guard let new = directives.replacement(path, version) else {
                    packages.add(name: path, version: version)
                    continue
                }
                Self.add(new, &packages)
            }
            // A module that only others require may be replaced too.
            let required = Set(directives.required.map(\.path))
            let others = directives.replaced.filter { $0.key.count == 1 && !required.contains($0.key[0]) }
            for (_, new) in others.sorted(by: { $0.key[0] < $1.key[0] }) { Self.add(new, &packages) }
        }
    }

    /// Adds a replacement; a folder is source code beside this, without a version.
    private static func add(_ module: [String], _ packages: inout PackageRecords) {
        guard let path = module.first, !path.hasPrefix("."), !path.hasPrefix("/") else { return }
        packages.add(name: path, version: module.dropFirst().first)
    }

    private static func directives(_ bytes: [UInt8]) -> Directives {
        var found = Directives()
        var block: String?
        for line in TextLines(bytes) {
            guard line.count <= maxLineBytes else {
                found.damaged += 1
                continue
            }
            var words = words(line.trimmedText)
            guard let first = words.first else { continue }
            if let verb = block {
                if first == ")" { block = nil } else { found.add(verb, words) }
            } else if words.last == "(" {
                block = first
            } else {
                words.removeFirst()
                found.add(first, words)
            }
        }
        return found
    }

    /// The words of a line in front of its comment, without the quotes of strings.
    private static func words(_ line: String) -> [String] {
        let text = line.firstRange(of: "//").map { comment in
            // An address in a word is none.
            comment.lowerBound == line.startIndex || line[line.index(before: comment.lowerBound)].isWhitespace
                ? line[..<comment.lowerBound] : line[...]
        }
        return (text ?? line[...]).split(whereSeparator: \.isWhitespace).flatMap { word -> [String] in
            let word = word.filter { $0 != "\"" && $0 != "`" }
            // `require(` opens a block as well.
            return word.count > 1 && word.hasSuffix("(") ? [String(word.dropLast()), "("] : [word]
        }
    }
}
