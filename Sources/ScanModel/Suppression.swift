/// Why a finding needs no work, and who says so; the finding itself stays.
package struct Suppression: Sendable, Codable, Hashable {
    /// Where it comes from.
    package enum Kind: String, Sendable, Codable {
        /// A statement of a VEX document.
        case vex
        /// A decision of the people who run the image.
        case exception
    }

    package enum Status: String, Sendable, Codable {
        case notAffected = "not_affected"
        case fixed
        /// The flaw is there, and somebody answers for leaving it.
        case accepted
    }

    package var kind: Kind
    package var status: Status
    /// A VEX label, `vulnerable_code_not_present`; `nil` where none was given.
    package var justification: String?
    /// The author's words.
    package var reason: String?
    /// The document or the file that says it.
    package var source: String
    package var author: String?
    /// `YYYY-MM-DD`, the last day on which it counts; `nil` without an end.
    package var expires: String?

    package init(
        kind: Kind,
        status: Status,
        justification: String? = nil,
        reason: String? = nil,
        source: String,
        author: String? = nil,
        expires: String? = nil
    ) {
        self.kind = kind
        self.status = status
        self.justification = justification
        self.reason = reason
        self.source = source
        self.author = author
        self.expires = expires
    }

    /// Label and words in one line, for tables.
    package var why: String {
        [justification, reason].compactMap(\.self).joined(separator: ": ")
    }

    private enum CodingKeys: String, CodingKey {
        case kind, status, justification, reason, source, author, expires
    }

    /// Writes `null` where there is no value, so that the keys are always the same.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(status, forKey: .status)
        try container.encode(justification, forKey: .justification)
        try container.encode(reason, forKey: .reason)
        try container.encode(source, forKey: .source)
        try container.encode(author, forKey: .author)
        try container.encode(expires, forKey: .expires)
    }
}
