/// What a statement says about a flaw in a product (OpenVEX 0.2.0, "Status Labels"; the other formats are brought to it).
package enum VEXStatus: String, Sendable, Codable, CaseIterable {
    case notAffected = "not_affected"
    case affected
    case fixed
    case underInvestigation = "under_investigation"

    /// Whether a finding with this status needs no work.
    package var suppresses: Bool { self == .notAffected || self == .fixed }
}

/// One statement: these names of a flaw, these products, this status.
package struct VEXStatement: Sendable, Equatable, Codable {
    /// Identifier and aliases.
    package var names: [String]
    package var products: [VEXProduct]
    package var status: VEXStatus
    /// A label of the format, `vulnerable_code_not_present`; `nil` where there is none.
    package var justification: String?
    /// In words: why it is not affected, or what else the author has to say.
    package var impact: String?
    /// RFC 3339; of statements about one thing the latest counts.
    package var timestamp: String?
}

/// A product, or components of it where `components` are given.
package struct VEXProduct: Sendable, Equatable, Codable {
    /// A purl, an image reference or what else the format identifies products by.
    package var identifiers: [String]
    /// Digests of the product, `sha256:…`.
    package var digests: [String] = []
    /// The only versions that count; empty for all that the identifiers allow.
    package var versions: [String] = []
    /// The distribution's release on which it counts, `rhel-9`; `nil` for any.
    package var platform: String?
    /// The parts of the product that the statement is about; empty for the product as a whole.
    package var components: [String] = []
}

/// A document with statements, whatever format it came in.
package struct VEXDocument: Sendable {
    package enum Format: String, Sendable, Codable { case openVEX = "openvex", csaf, cycloneDX = "cyclonedx" }

    package var format: Format
    /// Its own identifier, else the file's name.
    package var id: String
    package var author: String
    package var statements: [VEXStatement]
    /// What could not be read of it, at most `VEXLimits.maxProblems`.
    package var problems: [String]

    package init(format: Format, id: String, author: String, statements: [VEXStatement], problems: [String] = []) {
        self.format = format
        self.id = id
        self.author = author
        self.statements = statements
        self.problems = problems
    }
}

/// Why bytes are no VEX document.
package struct VEXError: Error, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}

/// The bounds of reading a document.
package struct VEXLimits: Sendable {
    package var maxBytes = 64 << 20
    package var maxDepth = 64
    package var maxStatements = 200_000
    /// Products of the whole document, components included.
    package var maxProducts = 2_000_000
    /// Names, purls and labels.
    package var maxNameBytes = 2048
    package var maxTextBytes = 4096
    package var maxProblems = 100

    package init() {}
}
