import Crypto

/// One kind of thing that is collected of an image's files beside its packages, for policies and for the lists of files.
package enum CollectedPart: String, Sendable, Codable, CaseIterable, Comparable {
    /// Kind, mode, owner, size and link target of every entry.
    case files
    /// The SHA-256 of every regular file; with `verify` its SHA-1 and MD5, too.
    case digests
    /// The lines of `/etc/passwd`.
    case passwd
    /// The content of the files that ``CollectionPlan/retrievedPaths`` names.
    case retrieve
    /// Which files hold what ``CollectionPlan/contentPatterns`` look for.
    case content
    /// Which files hold secrets.
    case secrets
    /// What a malware scanner says of each file.
    case malware
    /// What package databases say of the files of their packages.
    case verify

    package static func < (left: CollectedPart, right: CollectedPart) -> Bool { left.rawValue < right.rawValue }
}

/// A regular expression to search for and the name that policies know it by, `NAME=REGEX` in configurations.
package struct NamedPattern: Hashable, Sendable, Codable {
    /// `nil` for an expression without one.
    package var name: String?
    package var pattern: String

    package init(name: String?, pattern: String) {
        self.name = name
        self.pattern = pattern
    }

    /// Reads `NAME=REGEX`; without a name of letters, digits, `_` and `-` in front, all is the expression.
    package init(_ text: String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex,
            text[..<equals].utf8.allSatisfy(Self.isNameByte)
        else {
            self.init(name: nil, pattern: text)
            return
        }
        self.init(name: String(text[..<equals]), pattern: String(text[text.index(after: equals)...]))
    }

    package var text: String { (name.map { "\($0)=" } ?? "") + pattern }

    /// Whether `text` is a name and nothing else.
    package static func isName(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isNameByte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// What is collected of an image's files: it decides what an analysis finds, and so is part of its version.
package struct CollectionPlan: Hashable, Sendable, Codable {
    /// Raised whenever the same plan would collect something else.
    private static let version = 3

    package var parts: Set<CollectedPart>
    /// Absolute paths of files to keep the content of; `*` stands for any characters but a slash.
    package var retrievedPaths: [String]
    package var contentPatterns: [NamedPattern]
    /// Expressions of the user's own for the search for secrets, beside the built-in ones.
    package var secretPatterns: [NamedPattern]

    package init(
        parts: Set<CollectedPart> = [],
        retrievedPaths: [String] = [],
        contentPatterns: [NamedPattern] = [],
        secretPatterns: [NamedPattern] = []
    ) {
        self.parts = parts
        self.retrievedPaths = retrievedPaths
        self.contentPatterns = contentPatterns
        self.secretPatterns = secretPatterns
    }

    /// Nothing: what a scan without a policy needs.
    package static let nothing = CollectionPlan()

    /// What a fleet collects unless it is told otherwise: what costs little.
    package static let standard = CollectionPlan(parts: [.files, .passwd, .retrieve, .verify])

    /// This and what `other` asks for.
    package func union(_ other: CollectionPlan) -> CollectionPlan {
        CollectionPlan(
            parts: parts.union(other.parts),
            retrievedPaths: Self.merged(retrievedPaths, other.retrievedPaths),
            contentPatterns: Self.merged(contentPatterns, other.contentPatterns),
            secretPatterns: Self.merged(secretPatterns, other.secretPatterns)
        )
    }

    private static func merged<Item: Hashable>(_ first: [Item], _ second: [Item]) -> [Item] {
        var seen: Set<Item> = []
        return (first + second).filter { seen.insert($0).inserted }
    }

    /// What an analysis version ends with; empty where nothing is collected.
    package var versionSuffix: String {
        guard !parts.isEmpty else { return "" }
        var lists: [String] = []
        if parts.contains(.retrieve) { lists += retrievedPaths.map { "r\($0)" } }
        if parts.contains(.content) { lists += contentPatterns.map { "c\($0.text)" } }
        if parts.contains(.secrets) { lists += secretPatterns.map { "s\($0.text)" } }
        let names = parts.sorted().map(\.rawValue).joined(separator: "+")
        guard !lists.isEmpty else { return ";collect/\(Self.version)=\(names)" }
        let bytes = Array(lists.joined(separator: "\u{0}").utf8)
        return ";collect/\(Self.version)=\(names)/\(Hex.encode(Array(SHA256.hash(data: bytes)).prefix(6)))"
    }
}
