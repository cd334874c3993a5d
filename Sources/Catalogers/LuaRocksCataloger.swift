import Bytes
import ScanModel

/// Rocks, from the rockspec that LuaRocks keeps with each (LuaRocks documentation, "Rockspec format").
struct LuaRocksCataloger: Cataloger {
    let name = "lua-rocks"
    let version = 1
    let maxFileBytes = 1 << 20
    let selectors: [PathSelector] = [.pattern("*.rockspec")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let spec = Rockspec(file.bytes.all)
        var rocks = PackageRecords(.luaRocks)
        rocks.add(name: spec.package, version: spec.version, licenses: [spec.license].compactMap(\.self))
        return rocks.file
    }
}

/// What the assignments of a rockspec say, without running it: strings, local names, and both joined with `..`.
struct Rockspec {
    private(set) var package: String?
    private(set) var version: String?
    private(set) var license: String?

    private static let maxValues = 1000
    private static let maxValueBytes = 4096

    private let tokens: [LuaTokens.Token]
    private var position = 0
    private var values: [String: String] = [:]

    init(_ bytes: [UInt8]) {
        tokens = Array(LuaTokens(bytes))
        readStatements()
        package = values["package"]
        version = values["version"]
    }

    /// Goes through the whole file; assignments count outside of tables and, for the licence, in `description`.
    private mutating func readStatements() {
        var tables: [String] = []
        while position < tokens.count {
            switch tokens[position] {
            case .symbol("{"), .symbol("("), .symbol("["): tables.append("")
            case .symbol("}"), .symbol(")"), .symbol("]"): _ = tables.popLast()
            case .name("local") where tables.isEmpty && at(2) == .symbol(","):
                readLocals()
                continue
            case .name(let name) where at(1) == .symbol("=") && at(2) != .symbol("="):
                position += 2
                if at(0) == .symbol("{") {
                    tables.append(name)
                } else if let value = expression() {
                    keep(value, as: name, in: tables)
                    continue
                }
            default: break
            }
            position += 1
        }
    }

    private mutating func keep(_ value: String, as name: String, in tables: [String]) {
        if tables.isEmpty, values.count < Self.maxValues {
            values[name] = value
        } else if tables == ["description"], name == "license" {
            license = license ?? value
        }
    }

    /// `local a, b = "x", "y"`.
    private mutating func readLocals() {
        position += 1
        var names: [String] = []
        while case .name(let name) = at(0) {
            names.append(name)
            position += 1
            guard at(0) == .symbol(",") else { break }
            position += 1
        }
        guard at(0) == .symbol("=") else { return }
        position += 1
        for name in names {
            guard let value = expression() else { return }
            keep(value, as: name, in: [])
            guard at(0) == .symbol(",") else { return }
            position += 1
        }
    }

    /// Strings and known names joined with `..`; `nil`, without moving, for any other expression.
    private mutating func expression() -> String? {
        let start = position
        var text = ""
        repeat {
            if at(0) == .symbol("..") { position += 1 }
            switch at(0) {
            case .string(let part): text += part
            case .name(let name):
                guard let value = values[name] else {
                    position = start
                    return nil
                }
                text += value
            default:
                position = start
                return nil
            }
            position += 1
            guard text.utf8.count <= Self.maxValueBytes else {
                position = start
                return nil
            }
        } while at(0) == .symbol("..")
        return text
    }

    private func at(_ distance: Int) -> LuaTokens.Token? {
        let index = position + distance
        return tokens.indices.contains(index) ? tokens[index] : nil
    }
}
