import ScanModel
import YAML

/// A finding that somebody decided to leave, with the reason and until when.
package struct FindingException: Sendable, Equatable {
    /// The identifier of the flaw, or an alias of it.
    package var id: String
    /// A package's name or a purl (without a version for all of them); `nil` for every package.
    package var package: String?
    package var reason: String
    package var author: String?
    /// `YYYY-MM-DD`, the last day on which it counts; `nil` without an end.
    package var expires: String?
    /// Patterns of image references, `*` for anything but a slash and `**` for anything; empty for every image.
    package var images: [String]
    /// The file that says so.
    package var source: String

    var suppression: Suppression {
        Suppression(status: .accepted, reason: reason, source: source, author: author, expires: expires)
    }

    func hasExpired(by today: String) -> Bool { expires.map { $0 < today.prefix(10) } ?? false }

    func covers(names: [String], purl: String, image: ImageIdentity) -> Bool {
        guard names.contains(id) else { return false }
        if let package {
            guard let found = ProductURL(purl) else { return false }
            if let stated = ProductURL(package) {
                guard stated.covers(found) else { return false }
            } else {
                guard found.path == package || found.name == package else { return false }
            }
        }
        guard !images.isEmpty else { return true }
        guard let reference = image.reference else { return false }
        let name = "\(reference.registry)/\(reference.repository)"
        let forms = [name, name + (reference.tag.map { ":\($0)" } ?? "")]
        return images.contains { pattern in forms.contains { Glob.matches($0, pattern) } }
    }
}

/// A file of exceptions: YAML or JSON with a list `exceptions`.
///
///     exceptions:
///       - id: CVE-2024-1234
///         package: openssl
///         reason: only used by the build
///         author: jane@example.org
///         expires: 2025-06-30
///         images: ["registry.example.org/team/**"]
package struct ExceptionFile: Sendable {
    package var exceptions: [FindingException]
    /// Entries that could not be read, each with the reason; they suppress nothing.
    package var problems: [String]

    private static let maxEntries = 100_000
    private static let maxImages = 1000
    private static let keys: Set<String> = ["id", "package", "reason", "author", "expires", "images"]

    /// Reads a file; throws where it is neither YAML nor JSON or has no list.
    package init(_ bytes: [UInt8], name: String) throws(VEXError) {
        let root: YAMLNode
        do {
            root = try YAMLReader.parse(bytes)
        } catch {
            throw VEXError(message: "\(name): \(error)")
        }
        guard case .sequence(let entries)? = root["exceptions"], entries.count <= Self.maxEntries else {
            throw VEXError(message: "\(name): no list `exceptions`, or too long a one")
        }
        exceptions = []
        problems = []
        for (index, entry) in entries.enumerated() {
            do throws(VEXError) {
                exceptions.append(try Self.exception(entry, source: name))
            } catch {
                problems.append("\(name): exception \(index + 1): \(error)")
            }
        }
    }

    private static func exception(_ entry: YAMLNode, source: String) throws(VEXError) -> FindingException {
        guard let id = entry["id"]?.string, !id.isEmpty else { throw VEXError(message: "no id") }
        guard let reason = entry["reason"]?.string, !reason.isEmpty else {
            throw VEXError(message: "\(id) has no reason")
        }
        // A misspelt scope must not widen the exception to everything.
        if let unknown = entry.entries.first(where: { !keys.contains($0.key) }) {
            throw VEXError(message: "\(id) has an unknown key \(unknown.key.prefix(40))")
        }
        let expires = entry["expires"]?.string
        if let expires, !isDate(expires) { throw VEXError(message: "\(id) expires on no date: \(expires.prefix(40))") }
        var images: [String] = []
        if let stated = entry["images"] {
            images = stated.string.map { [$0] } ?? stated.strings
            guard !images.isEmpty, images.count <= maxImages, images.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 512 })
            else {
                throw VEXError(message: "\(id) has no usable images")
            }
        }
        if entry["package"] != nil, entry["package"]?.string == nil {
            throw VEXError(message: "\(id) has no usable package")
        }
        return FindingException(
            id: id,
            package: entry["package"]?.string,
            reason: reason,
            author: entry["author"]?.string,
            expires: expires,
            images: images,
            source: source
        )
    }

    /// `YYYY-MM-DD`.
    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.map(\.utf8.count) == [4, 2, 2], let month = Int(parts[1]),
            let day = Int(parts[2])
        else { return false }
        return text.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "-") }
            && (1...12).contains(month) && (1...31).contains(day)
    }
}

/// Patterns of names: `?` for one character and `*` for any number but no slash, `**` for anything.
enum Glob {
    /// Whether all of `text` is what `pattern` describes, in time bounded by the product of their lengths.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let text = Array(text.utf8)
        // Which beginnings of the text the pattern so far describes.
        var reached = [Bool](repeating: false, count: text.count + 1)
        reached[0] = true
        var rest = Array(pattern.utf8)[...]
        while let byte = rest.popFirst() {
            var next = [Bool](repeating: false, count: text.count + 1)
            if byte == UInt8(ascii: "*") {
                let crosses = rest.first == byte
                while rest.first == byte { rest = rest.dropFirst() }
                for index in reached.indices {
                    let extends = index > 0 && next[index - 1] && (crosses || text[index - 1] != UInt8(ascii: "/"))
                    next[index] = reached[index] || extends
                }
            } else {
                for index in text.indices where reached[index] {
                    let isAny = byte == UInt8(ascii: "?") && text[index] != UInt8(ascii: "/")
                    if text[index] == byte || isAny { next[index + 1] = true }
                }
            }
            reached = next
        }
        return reached[text.count]
    }
}
