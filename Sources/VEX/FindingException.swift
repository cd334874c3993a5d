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

    /// A VEX label where the package is not affected; `nil` where the flaw is there and is accepted.
    package var justification: String?

    /// Throws where a part of it makes no sense or is too long.
    package init(
        id: String,
        package: String? = nil,
        reason: String,
        author: String? = nil,
        expires: String? = nil,
        images: [String] = [],
        source: String,
        justification: String? = nil
    ) throws(VEXError) {
        func check(_ text: String?, _ what: String, _ most: Int) throws(VEXError) {
            guard let text else { return }
            guard !text.isEmpty else { throw VEXError(message: "\(id.prefix(100)): empty \(what)") }
            guard text.utf8.count <= most, !text.utf8.contains(0) else {
                throw VEXError(
                    message: "\(id.prefix(100)): \(what) of more than \(most) bytes, or with a NUL character"
                )
            }
        }
        try check(id, "id", 256)
        try check(package, "package", 2048)
        try check(reason, "reason", 4096)
        try check(author, "author", 512)
        if let expires, CalendarDay(expires) == nil {
            throw VEXError(message: "\(id) expires on no date, which is YYYY-MM-DD: \(expires.prefix(40))")
        }
        guard images.count <= Self.maxImages else {
            throw VEXError(message: "\(id) has more than \(Self.maxImages) images")
        }
        for image in images { try check(image, "image", 512) }
        if let justification, !OpenVEXWriter.justifications.contains(justification) {
            let known = OpenVEXWriter.justifications.sorted().joined(separator: ", ")
            throw VEXError(message: "\(id): \(justification.prefix(60)) is no justification: \(known)")
        }
        self.id = id
        self.package = package
        self.reason = reason
        self.author = author
        self.expires = expires
        self.images = images
        self.source = source
        self.justification = justification
    }

    private static let maxImages = 1000

    var suppression: Suppression {
        Suppression(
            kind: .exception,
            status: justification == nil ? .accepted : .notAffected,
            justification: justification,
            reason: reason,
            source: source,
            author: author,
            expires: expires
        )
    }

    /// Whether the last day on which it counts lies before `today`, `YYYY-MM-DD`.
    package func hasExpired(by today: String) -> Bool { expires.map { $0 < today.prefix(10) } ?? false }

    /// Whether it counts in `image`: one without a name is in the scope only of exceptions for every image.
    func covers(_ image: ImageIdentity) -> Bool {
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
///         justification: vulnerable_code_not_in_execute_path
package struct ExceptionFile: Sendable {
    package var exceptions: [FindingException]
    /// Entries that could not be read, each with the reason; they suppress nothing.
    package var problems: [String]

    /// The most that a file may hold.
    package static let maxBytes = YAMLLimits().maxBytes
    private static let maxEntries = 100_000
    private static let keys: Set<String> = [
        "id", "package", "reason", "author", "expires", "images", "justification",
    ]

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
        guard let id = entry["id"]?.string else { throw VEXError(message: "no id") }
        guard let reason = entry["reason"]?.string else { throw VEXError(message: "\(id.prefix(100)) has no reason") }
        // A misspelt scope must not widen the exception to everything.
        if let unknown = entry.entries.first(where: { !keys.contains($0.key) }) {
            throw VEXError(message: "\(id.prefix(100)) has an unknown key \(unknown.key.prefix(40))")
        }
        func text(_ key: String) throws(VEXError) -> String? {
            guard let value = entry[key] else { return nil }
            guard let text = value.string else { throw VEXError(message: "\(id.prefix(100)) has no usable \(key)") }
            return text
        }
        var images: [String] = []
        if let stated = entry["images"] {
            images = stated.string.map { [$0] } ?? stated.strings
            if case .sequence(let items) = stated, items.count != images.count { images = [] }
            guard !images.isEmpty else { throw VEXError(message: "\(id.prefix(100)) has no usable images") }
        }
        return try FindingException(
            id: id,
            package: try text("package"),
            reason: reason,
            author: try text("author"),
            expires: try text("expires"),
            images: images,
            source: source,
            justification: try text("justification")
        )
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
