import Bytes
import Yams

/// A value out of a YAML document of an image, of which only what lock files need is accepted: no anchors and aliases,
/// and nesting that a look at the bytes shows to be shallow, before the composer, which recurses, begins.
struct BoundedYAML {
    /// Why a document was not read.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Larger documents are refused, 16 MiB.
    private static let maxBytes = 16 << 20
    /// How far in a line may begin: block collections nest no deeper than they are indented.
    private static let maxIndentation = 60
    /// Collections in brackets, which need no indentation to nest.
    private static let maxFlowCollections = 100

    private let node: Node

    private init(_ node: Node) { self.node = node }

    /// Parses the first document of a file (YAML 1.2, chapter 6.1 on indentation).
    init(_ file: FileBytes) throws(Problem) {
        guard file.count <= Self.maxBytes else {
            throw Problem(description: "\(file.count) bytes of YAML, more than the \(Self.maxBytes) that are read")
        }
        let bytes = file.all
        guard Self.isSimple(bytes) else {
            throw Problem(description: "YAML with anchors, aliases or deep nesting, which is not read")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw Problem(description: "no valid YAML")
        }
        guard let root else { throw Problem(description: "an empty document") }
        node = root
    }

    /// The text of a scalar, whatever it could mean besides; `nil` for a collection.
    var string: String? { node.scalar?.string }
    /// The elements of a sequence; none for anything else.
    var elements: [BoundedYAML] { node.sequence?.map(BoundedYAML.init) ?? [] }
    /// The members of a mapping with scalars as keys, in their order; none for anything else.
    var members: [(name: String, value: BoundedYAML)] {
        node.mapping?.compactMap { pair in pair.key.scalar.map { ($0.string, BoundedYAML(pair.value)) } } ?? []
    }

    /// The member of a mapping.
    subscript(name: String) -> BoundedYAML? {
        node.mapping?.first { $0.key.scalar?.string == name }.map { BoundedYAML($0.value) }
    }

    private static func isSimple(_ bytes: [UInt8]) -> Bool {
        var flowCollections = 0
        for line in TextLines(bytes) {
            let content = line.drop { " \t-?:".utf8.contains($0) }
            guard content.startIndex - line.startIndex <= maxIndentation else { return false }
            if content.first == UInt8(ascii: "#") { continue }
            var previous = UInt8(ascii: " ")
            for (index, byte) in zip(content.indices, content) {
                switch byte {
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    flowCollections += 1
                    if flowCollections > maxFlowCollections { return false }
                case UInt8(ascii: "&"), UInt8(ascii: "*"):
                    let isFollowed = index + 1 < content.endIndex && content[index + 1] > 32
                    if isFollowed, " \t[{,".utf8.contains(previous) { return false }
                default: break
                }
                previous = byte
            }
        }
        return true
    }
}
