import Crypto
import Foundation
package import ScanModel

/// Writes findings, and what was decided about them, as an OpenVEX document (OPENVEX-SPEC.md 0.2.0), for others to take
/// up.
package struct OpenVEXWriter {
    /// What is said about a finding.
    package enum Assessment: Sendable {
        case suppressed(Suppression)
        /// Somebody has said so; with what to do about it.
        case affected(action: String)
        /// Found, and looked at by nobody yet.
        case underInvestigation
    }

    /// A finding with what is said about it.
    package struct Entry: Sendable {
        package var id: String
        package var aliases: [String]
        /// The package that it was found in.
        package var purl: String
        package var assessment: Assessment

        package init(id: String, aliases: [String], purl: String, assessment: Assessment) {
            self.id = id
            self.aliases = aliases
            self.purl = purl
            self.assessment = assessment
        }
    }

    /// The image that packages are part of, by its purl, or by its digest where it has no name.
    package struct Image: Sendable {
        package var purl: String?
        /// Of the manifest or the configuration, `sha256:…`.
        package var digest: String?

        package init(purl: String?, digest: String?) {
            self.purl = purl
            self.digest = digest
        }
    }

    private struct Document: Encodable {
        var context: String
        var id: String
        var author: String
        var timestamp: String
        var version: Int
        var statements: [Statement]

        enum CodingKeys: String, CodingKey {
            case context = "@context"
            case id = "@id"
            case author, timestamp, version, statements
        }
    }

    private struct Statement: Encodable, Hashable {
        var vulnerability: Vulnerability
        var products: [Product] = []
        var status: String
        var justification: String?
        var impactStatement: String?
        var actionStatement: String?

        enum CodingKeys: String, CodingKey {
            case vulnerability, products, status, justification
            case impactStatement = "impact_statement"
            case actionStatement = "action_statement"
        }

        /// Orders statements about one flaw.
        var sortKey: [String] {
            [
                vulnerability.name, status, justification ?? "", impactStatement ?? "", actionStatement ?? "",
                vulnerability.aliases?.joined(separator: " ") ?? "",
            ]
        }
    }

    private struct Vulnerability: Encodable, Hashable {
        var name: String
        var aliases: [String]?
    }

    private struct Product: Encodable, Hashable {
        var id: String?
        var hashes: [String: String]?
        var subcomponents: [Product]?

        enum CodingKeys: String, CodingKey {
            case id = "@id"
            case hashes, subcomponents
        }
    }

    /// The labels that the specification allows ("Status Justifications").
    package static let justifications: Set<String> = [
        "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
    ]

    /// The document as JSON with sorted keys; the same findings give the same bytes.
    ///
    /// With `image`, packages are its subcomponents. An accepted flaw is written as affected, with the reason as what is
    /// done about it: to others it is no less a flaw.
    package static func document(
        _ entries: [Entry],
        image: Image?,
        author: String,
        timestamp: String
    ) throws -> [UInt8] {
        var purls: [Statement: Set<String>] = [:]
        for entry in entries { purls[statement(entry), default: []].insert(entry.purl) }
        let statements = purls.sorted { $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey) }
            .map { statement, purls in
                var statement = statement
                statement.products = products(purls.sorted(), in: image)
                return statement
            }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let digest = Hex.encode(SHA256.hash(data: try encoder.encode(statements)))
        let document = Document(
            context: "https://openvex.dev/ns/v0.2.0",
            id: "https://openvex.dev/docs/public/vex-\(digest)",
            author: author,
            timestamp: timestamp,
            version: 1,
            statements: statements
        )
        return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
    }

    private static func products(_ purls: [String], in image: Image?) -> [Product] {
        let packages = purls.map { Product(id: $0) }
        if let purl = image?.purl { return [Product(id: purl, subcomponents: packages)] }
        guard let digest = image?.digest, digest.hasPrefix("sha256:") else { return packages }
        return [Product(hashes: ["sha-256": String(digest.dropFirst(7))], subcomponents: packages)]
    }

    /// The statement without its products.
    private static func statement(_ entry: Entry) -> Statement {
        let aliases = entry.aliases.sorted()
        var statement = Statement(
            vulnerability: Vulnerability(name: entry.id, aliases: aliases.isEmpty ? nil : aliases),
            status: ""
        )
        let status: VEXStatus
        switch entry.assessment {
        case .underInvestigation: status = .underInvestigation
        case .affected(let action):
            status = .affected
            statement.actionStatement = action
        case .suppressed(let suppression):
            switch suppression.status {
            case .notAffected:
                status = .notAffected
                // The specification wants a label or words.
                statement.justification = suppression.justification.flatMap { justifications.contains($0) ? $0 : nil }
                statement.impactStatement = suppression.reason ?? suppression.justification
                if statement.justification == nil, statement.impactStatement == nil {
                    statement.impactStatement = "stated by \(suppression.source)"
                }
                if statement.impactStatement == statement.justification { statement.impactStatement = nil }
            case .fixed: status = .fixed
            case .accepted:
                status = .affected
                statement.actionStatement = suppression.reason ?? "accepted"
            }
        }
        statement.status = status.rawValue
        return statement
    }
}
