import Crypto
import Foundation
import ScanModel

/// Writes suppressed findings as an OpenVEX document (OPENVEX-SPEC.md 0.2.0), for others to take up.
package struct OpenVEXWriter {
    /// A finding with why it needs no work.
    package struct Entry: Sendable {
        package var id: String
        package var aliases: [String]
        /// The package that it was found in.
        package var purl: String
        package var suppression: Suppression

        package init(id: String, aliases: [String], purl: String, suppression: Suppression) {
            self.id = id
            self.aliases = aliases
            self.purl = purl
            self.suppression = suppression
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

    private struct Statement: Encodable {
        var vulnerability: Vulnerability
        var products: [Product]
        var status: String
        var justification: String?
        var impactStatement: String?
        var actionStatement: String?

        enum CodingKeys: String, CodingKey {
            case vulnerability, products, status, justification
            case impactStatement = "impact_statement"
            case actionStatement = "action_statement"
        }
    }

    private struct Vulnerability: Encodable {
        var name: String
        var aliases: [String]?
    }

    fileprivate struct Product: Encodable {
        var id: String
        var subcomponents: [Product]?

        enum CodingKeys: String, CodingKey {
            case id = "@id"
            case subcomponents
        }
    }

    /// The labels that the specification allows ("Status Justifications").
    private static let justifications: Set<String> = [
        "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
    ]

    /// The document as JSON with sorted keys; the same findings give the same bytes.
    ///
    /// `image` is the purl of the image, where there is one: then packages are its subcomponents. An accepted flaw is
    /// written as affected, with the reason as what is done about it: to others it is no less a flaw.
    package static func document(
        _ entries: [Entry],
        image: String?,
        author: String,
        timestamp: String
    ) throws -> [UInt8] {
        let statements = entries.map { statement($0, image: image) }
            .sorted { left, right in
                (left.vulnerability.name, left.products.first?.sortKey ?? "")
                    < (right.vulnerability.name, right.products.first?.sortKey ?? "")
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

    private static func statement(_ entry: Entry, image: String?) -> Statement {
        let package = Product(id: entry.purl)
        let product = image.map { Product(id: $0, subcomponents: [package]) } ?? package
        let suppression = entry.suppression
        var statement = Statement(
            vulnerability: Vulnerability(name: entry.id, aliases: entry.aliases.isEmpty ? nil : entry.aliases),
            products: [product],
            status: suppression.status == .accepted ? VEXStatus.affected.rawValue : suppression.status.rawValue
        )
        switch suppression.status {
        case .notAffected:
            // The specification wants a label or words.
            statement.justification = suppression.justification.flatMap { justifications.contains($0) ? $0 : nil }
            statement.impactStatement = suppression.reason ?? suppression.justification
            if statement.justification == nil, statement.impactStatement == nil {
                statement.impactStatement = "stated by \(suppression.source)"
            }
        case .fixed: break
        case .accepted: statement.actionStatement = suppression.reason ?? "accepted"
        }
        return statement
    }
}

extension OpenVEXWriter.Product {
    /// Orders statements about one flaw by the package.
    fileprivate var sortKey: String { id + (subcomponents?.first.map { " \($0.id)" } ?? "") }
}
