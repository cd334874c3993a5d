/// The part of SARIF 2.1.0 (OASIS Standard, errata 01) that a scan fills.
struct SARIFLog: Encodable {
    /// Section 3.11; `text` is plain, in which `[text](address)` would make a link.
    struct Message: Encodable {
        var text: String

        /// Text that is shown as it is written (3.11.6).
        init(plain text: String) {
            var out = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                if scalar == "[" || scalar == "]" || scalar == "\\" { out.append("\\") }
                out.append(scalar)
            }
            self.text = String(out)
        }
    }

    /// Section 3.12, a text for people of a rule.
    struct Text: Encodable {
        var text: String
    }

    struct Level: Encodable {
        var level: String
    }

    struct Rule: Encodable {
        struct Properties: Encodable {
            enum CodingKeys: String, CodingKey {
                case securitySeverity = "security-severity"
                case precision, tags, aliases, cvss, epss, kev
            }

            /// A number of 0.0 to 10.0 as text, as code scanning wants it.
            var securitySeverity: String
            var precision = "high"
            var tags: [String]
            var aliases: [String]
            var cvss: [String]
            var epss: Double?
            var kev: Bool
        }

        var id: String
        var shortDescription: Text
        var fullDescription: Text
        var helpUri: String?
        var help: Text
        var defaultConfiguration: Level
        var properties: Properties
    }

    struct Tool: Encodable {
        struct Driver: Encodable {
            var name = "Tallyman"
            var version: String
            var rules: [Rule]
        }

        var driver: Driver
    }

    struct Location: Encodable {
        struct Artifact: Encodable {
            var uri: String
        }

        struct Region: Encodable {
            var startLine = 1
            var startColumn = 1
            var endLine = 1
            var endColumn = 1
        }

        struct Physical: Encodable {
            var artifactLocation: Artifact
            /// A package has no line; code scanning wants one.
            var region = Region()
        }

        struct Logical: Encodable {
            var name: String
            var fullyQualifiedName: String
            var kind = "package"
        }

        var physicalLocation: Physical
        var logicalLocations: [Logical]
        var message: Message?
    }

    /// Section 3.35.
    struct Suppression: Encodable {
        var kind = "external"
        var status = "accepted"
        var justification: String
    }

    struct Result: Encodable {
        struct Properties: Encodable {
            var purl: String
            var layer: String?
            var fixState: String
            var fixedVersions: [String]
            var severity: String
        }

        var ruleId: String
        var ruleIndex: Int
        var level: String
        var message: Message
        var locations: [Location]
        var partialFingerprints: [String: String]
        var suppressions: [Suppression]?
        var properties: Properties
    }

    /// Section 3.58: what the tool has to say of the scan itself.
    struct Notification: Encodable {
        var level: String
        var message: Message
        var locations: [Location]?
    }

    struct Invocation: Encodable {
        var executionSuccessful: Bool
        var toolExecutionNotifications: [Notification]
    }

    struct Automation: Encodable {
        /// What keeps the results of several images in one repository apart; ends in a slash.
        var id: String
    }

    struct Run: Encodable {
        struct Properties: Encodable {
            var source: String
            var imageReference: String?
            var imageDigest: String?
            var imageID: String?
            var platform: String?
            var distro: String?
            var layers: [String]
            var advisories: [ScanDocument.Provenance.Advisories]
        }

        var tool: Tool
        var automationDetails: Automation
        var columnKind = "unicodeCodePoints"
        var invocations: [Invocation]
        var results: [Result]
        var properties: Properties
    }

    enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    var schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    var version = "2.1.0"
    var runs: [Run]
}
