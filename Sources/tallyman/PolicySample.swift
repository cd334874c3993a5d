import Policy
import Versions

/// A made-up image and a bundle of fifty rules, of every gate, to measure with.
struct PolicySample: Sendable {
    let files: Int
    let packages: Int
    let vulnerabilities: Int
    let items: Int

    static let now = PolicyInstant(seconds: 1_790_000_000)

    /// One rule: `gate/trigger` and its parameters.
    struct Rule: Sendable {
        let trigger: String
        let parameters: [(name: String, value: String)]

        init(_ trigger: String, _ parameters: [(String, String)] = []) {
            self.trigger = trigger
            self.parameters = parameters
        }
    }

    static let rules: [Rule] = simple + vulnerable

    private static let simple: [Rule] = [
        Rule("dockerfile/instruction", [("instruction", "HEALTHCHECK"), ("check", "not_exists")]),
        Rule(
            "dockerfile/instruction",
            [("instruction", "RUN"), ("check", "like"), ("value", ".*(curl|wget).*\\\\|.*sh")]
        ),
        Rule("dockerfile/effective_user", [("users", "root"), ("type", "blacklist")]),
        Rule("dockerfile/exposed_ports", [("ports", "22,23"), ("type", "blacklist")]),
        Rule("dockerfile/no_dockerfile_provided"),
        Rule("files/content_regex_match"),
        Rule("files/name_match", [("regex", ".*\\\\.(pem|key|p12)$")]),
        Rule("files/name_match", [("regex", "^/(root|home/[^/]+)/\\\\.ssh/id_[a-z0-9]+$")]),
        Rule("files/name_match", [("regex", "(?i).*/(credentials|secret[s]?)(\\\\.json|\\\\.ya?ml)?$")]),
        Rule("files/attribute_match", [("filename", "/usr/lib/file-17"), ("mode", "0644")]),
        Rule("files/suid_or_guid_set"),
        Rule("licenses/blacklist_exact_match", [("licenses", "AGPL-3.0,SSPL-1.0")]),
        Rule("licenses/blacklist_partial_match", [("licenses", "GPL-3")]),
        Rule("malware/scans"),
        Rule("malware/scan_not_run"),
        Rule("metadata/attribute", [("attribute", "size"), ("check", ">"), ("value", "1gb")]),
        Rule("metadata/attribute", [("attribute", "distro"), ("check", "not_in"), ("value", "debian,alpine")]),
        Rule("npms/blacklisted_name_version", [("name", "event-stream")]),
        Rule("ruby_gems/blacklist", [("name", "rest-client")]),
        Rule("packages/required_package", [("name", "package-1")]),
        Rule(
            "packages/required_package",
            [("name", "package-2"), ("version", "9"), ("version_match_type", "minimum")]
        ),
        Rule("packages/blacklist", [("name", "telnet")]),
        Rule("packages/blacklist", [("name", "openssh-server")]),
        Rule("passwd_file/blacklist_userids", [("user_ids", "0")]),
        Rule("passwd_file/blacklist_shells", [("shells", "/bin/zsh")]),
        Rule("retrieved_files/content_not_available", [("path", "/etc/passwd")]),
        Rule(
            "retrieved_files/content_regex",
            [("path", "/etc/passwd"), ("regex", ".*nologin"), ("check", "no_match")]
        ),
        Rule("secret_scans/content_regex_checks", [("content_regex_name", "PRIV_KEY")]),
        Rule("vulnerabilities/stale_feed_data", [("max_days_since_sync", "2")]),
        Rule("vulnerabilities/vulnerability_data_unavailable"),
        Rule("vulnerabilities/blacklist", [("vulnerability_ids", "CVE-2021-44228,CVE-2014-0160")]),
    ]

    /// Nineteen questions about vulnerabilities.
    private static var vulnerable: [Rule] {
        var rules: [Rule] = []
        for severity in ["negligible", "low", "medium", "high", "critical"] {
            let same = [("severity", severity), ("severity_comparison", "=")]
            rules.append(Rule("vulnerabilities/package", [("package_type", "all")] + same))
            let fixed = [("package_type", "os"), ("fix_available", "true"), ("max_days_since_fix", "30")]
            rules.append(Rule("vulnerabilities/package", fixed + same))
            let placed = [("package_type", "non-os"), ("package_path_exclude", ".*/test/.*")]
            rules.append(Rule("vulnerabilities/package", placed + [("severity", severity)]))
        }
        for score in 6...9 {
            let bound = [("package_type", "all"), ("cvss_v3_base_score", "\(score).5")]
            rules.append(Rule("vulnerabilities/package", bound))
        }
        return rules
    }

    var bundle: String {
        let rules = Self.rules.enumerated().map { number, rule in
            let parts = rule.trigger.split(separator: "/")
            let parameters = rule.parameters.map { "{\"name\": \"\($0.name)\", \"value\": \"\($0.value)\"}" }
            return """
                {"id": "\(number)", "gate": "\(parts[0])", "trigger": "\(parts[1])", "action": "WARN",
                 "params": [\(parameters.joined(separator: ", "))]}
                """
        }
        let items = (0..<self.items).map {
            "{\"id\": \"\($0)\", \"gate\": \"vulnerabilities\", \"trigger_id\": \"CVE-2026-\($0 * 3)+*\"}"
        }
        return """
            {"id": "sample", "version": "1_0",
             "policies": [{"id": "p", "version": "1_0", "rules": [\(rules.joined(separator: ",\n"))]}],
             "whitelists": [{"id": "w", "version": "1_0", "items": [\(items.joined(separator: ",\n"))]}],
             "mappings": [{"name": "all", "registry": "*", "repository": "*", "image": {"type": "tag", "value": "*"},
               "policy_ids": ["p"], "whitelist_ids": ["w"]}]}
            """
    }

    var image: ImageFacts {
        var image = ImageFacts()
        image.metadata.size = 300 << 20
        image.metadata.distro = "debian"
        let commands = (0..<40).map { "/bin/sh -c apt-get update && apt-get install -y package-\($0) && make" }
        image.dockerfile = .collected(GuessedDockerfile.facts(history: commands, stated: .init(user: "app")))
        let facts = (0..<packages).map { number in
            PackageFact(
                name: "package-\(number)",
                version: "1.\(number)-1",
                type: number % 3 == 0 ? "npm" : "dpkg",
                isOS: number % 3 != 0,
                licenses: ["MIT", "GPL-2.0-or-later"],
                location: number % 3 == 0 ? "/app/node_modules/package-\(number)/package.json" : nil,
                scheme: .dpkg
            )
        }
        image.packages = .collected(facts)
        let severities = PolicySeverity.allCases
        image.vulnerabilities = .collected(
            (0..<vulnerabilities).map { number in
                VulnerabilityFact(
                    id: "CVE-2026-\(number)",
                    aliases: ["GHSA-\(number)"],
                    severity: severities[number % severities.count],
                    link: "https://advisories.example/\(number)",
                    package: facts[number % facts.count],
                    fixedVersions: number % 2 == 0 ? ["2.0"] : [],
                    nvdScores: [.init(version: "3.1", base: Double(number % 100) / 10, exploitability: 3, impact: 4)]
                )
            }
        )
        image.advisories = .collected(
            AdvisoryFacts(namespace: "debian:12", hasDistroRecords: true, oldestSync: Self.now)
        )
        image.files = .collected(
            FileTable(
                (0..<files).map { number in
                    FileFact(
                        path: "/usr/lib/python3/dist-packages/library-\(number % 97)/module/file-\(number).py",
                        mode: 0o100644,
                        size: 1000
                    )
                },
                hasDigests: true
            )
        )
        image.contentMatches = .collected([])
        image.secretMatches = .collected([])
        let passwd = (0..<30).map { "user\($0):x:\($0):\($0)::/home/user\($0):/usr/sbin/nologin" }.joined(
            separator: "\n"
        )
        image.retrievedFiles = .collected(["/etc/passwd": passwd])
        image.passwdEntries = .collected(PasswdEntry.entries(of: passwd))
        image.malwareScans = .collected([MalwareScan(scanner: "clamav", findings: [])])
        return image
    }
}
