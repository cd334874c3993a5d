/// The part of GitLab's container scanning report that a scan fills.
///
/// The version named is the oldest with these fields, not the newest: GitLab refuses reports of a version that it does not
/// know yet, and takes older ones of its series.
struct GitLabReport: Encodable {
    struct Vendor: Encodable {
        var name = "Tallyman"
    }

    struct Tool: Encodable {
        var id = "tallyman"
        var name = "Tallyman"
        var vendor = Vendor()
        var version: String
    }

    struct Message: Encodable {
        /// `info`, `warn` or `fatal`.
        var level: String
        var value: String
    }

    struct Scan: Encodable {
        enum CodingKeys: String, CodingKey {
            case analyzer, scanner, type, status, messages
            case startTime = "start_time"
            case endTime = "end_time"
        }

        var analyzer: Tool
        var scanner: Tool
        var type = "container_scanning"
        var status: String
        var startTime: String
        var endTime: String
        var messages: [Message]
    }

    struct Identifier: Encodable {
        var type: String
        var name: String
        var value: String
        var url: String?
    }

    struct Link: Encodable {
        var url: String
    }

    struct Location: Encodable {
        enum CodingKeys: String, CodingKey {
            case dependency, image
            case operatingSystem = "operating_system"
        }

        struct Package: Encodable {
            var name: String
        }

        struct Dependency: Encodable {
            var package: Package
            var version: String
        }

        var dependency: Dependency
        var operatingSystem: String
        var image: String
    }

    /// A field that GitLab shows as it is written, unlike descriptions, which are Markdown.
    struct Detail: Encodable {
        var type = "text"
        var name: String
        var value: String
    }

    struct Finding: Encodable {
        var id: String
        var name: String
        var description: String
        var severity: String
        var solution: String
        var identifiers: [Identifier]
        var links: [Link]
        var details: [String: Detail]
        var location: Location
    }

    var version = "15.0.4"
    var schema =
        "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.0.4/dist/container-scanning-report-format.json"
    var scan: Scan
    var vulnerabilities: [Finding]
}
