import Bytes
import Foundation

/// A value out of a JSON document of an image: absent and of the wrong type are the same, so that one odd field costs
/// that field alone.
///
/// Size and depth are checked before the decoder sees a byte.
struct BoundedJSON {
    /// Why a document was not read.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Deeper documents are refused; package managers nest less than ten deep.
    private static let maxDepth = 100
    /// Larger documents are refused, 64 MiB.
    private static let maxBytes = 64 << 20

    private let value: Any

    private init(_ value: Any) { self.value = value }

    /// Parses a whole document (RFC 8259).
    init(_ file: FileBytes) throws(Problem) {
        guard file.count <= Self.maxBytes else {
            throw Problem(description: "\(file.count) bytes of JSON, more than the \(Self.maxBytes) that are read")
        }
        try self.init(file.all)
    }

    init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= Self.maxBytes, !JSONNesting.isDeeper(than: Self.maxDepth, bytes) else {
            throw Problem(description: "JSON that is too large or nested too deep")
        }
        do {
            value = try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
        } catch {
            throw Problem(description: "no valid JSON")
        }
    }

    /// The string, or `nil` for anything else.
    var string: String? { value as? String }
    /// Whether it is an object, were it an empty one.
    var isObject: Bool { value is [String: Any] }
    /// The elements of an array; none for anything else.
    var elements: [BoundedJSON] { (value as? [Any])?.map(BoundedJSON.init) ?? [] }
    /// The members of an object in the order of their names; none for anything else.
    var members: [(name: String, value: BoundedJSON)] {
        (value as? [String: Any])?.sorted { $0.key < $1.key }.map { ($0.key, BoundedJSON($0.value)) } ?? []
    }

    /// The member of an object.
    subscript(name: String) -> BoundedJSON? { (value as? [String: Any])?[name].map(BoundedJSON.init) }
}
