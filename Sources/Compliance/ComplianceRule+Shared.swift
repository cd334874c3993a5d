/// Rules that controls of several publications rest on.
extension ComplianceRule {
    /// The image's user is root, by name, by number, or because none is set.
    static let runsAsRoot = ComplianceRule(
        .stop,
        "dockerfile",
        "effective_user",
        [("users", "root,0,root:root,0:0,root:0,0:root"), ("type", "blacklist")]
    )

    /// High or critical flaws for which there is a fix.
    static let fixableHigh = ComplianceRule(
        .stop,
        "vulnerabilities",
        "package",
        [("package_type", "all"), ("severity_comparison", ">="), ("severity", "high"), ("fix_available", "true")]
    )

    /// High or critical flaws whose fix has been out for a month.
    static let fixOverdue = ComplianceRule(
        .stop,
        "vulnerabilities",
        "package",
        [
            ("package_type", "all"), ("severity_comparison", ">="), ("severity", "high"), ("fix_available", "true"),
            ("max_days_since_fix", "30"),
        ]
    )

    /// Critical flaws, with or without a fix.
    static let critical = ComplianceRule(
        .warn,
        "vulnerabilities",
        "package",
        [("package_type", "all"), ("severity_comparison", "="), ("severity", "critical"), ("vendor_only", "false")]
    )

    /// Nothing is known about the distribution's packages: silence proves nothing.
    static let noAdvisories = ComplianceRule(.stop, "vulnerabilities", "vulnerability_data_unavailable")

    /// The advisories are older than a week.
    static let staleAdvisories = ComplianceRule(
        .warn,
        "vulnerabilities",
        "stale_feed_data",
        [("max_days_since_sync", "7")]
    )

    /// Secrets in files.
    static let secrets = ComplianceRule(.stop, "secret_scans", "content_regex_checks", [("match_type", "found")])

    /// What was run, copied or added is not known of an image without history, which therefore passes nothing.
    static let needsHistory = ("needs_history", "true")

    /// How the names of secrets end, as an expression.
    static let secretNames =
        "(?:passwd|password|secret|api_?key|access_?key|private_?key|auth_?token|access_?token)"

    /// Something that looks like a password or token set as an instruction, where every container and `inspect` show it.
    static func secretIn(_ instruction: String) -> ComplianceRule {
        ComplianceRule(
            .stop,
            "dockerfile",
            "instruction",
            [
                ("instruction", instruction), ("check", "like"),
                (
                    "value",
                    // `ENV NAME value` is an older form; a name that ends so tells where the secret is, not what.
                    "(?i).*\(secretNames)"
                        + "(?![a-z0-9_]*_(?:file|path|dir|name|url)\\b)[a-z0-9_]*\(instruction == "ENV" ? "[= ]" : "=")"
                        + "(?!['\"]?\\$)['\"]?[^\\s'\"].*"
                ),
                needsHistory,
            ]
        )
    }

    static let setID = ComplianceRule(.warn, "files", "suid_or_guid_set")
    static let malware = ComplianceRule(.stop, "malware", "scans")

    /// No scanner was asked: nothing is known, and nothing is wrong with the image.
    static let malwareUnsearched = ComplianceRule(.stop, "malware", "scan_not_run")

    /// What fires, by gate and trigger, where there is nothing to judge an image by.
    static let gaps: Set<String> = [
        "\(malwareUnsearched.gate)/\(malwareUnsearched.trigger)", "\(noAdvisories.gate)/\(noAdvisories.trigger)",
    ]

    /// Files of packages that are not as the package manager recorded them.
    static let changedFiles = ComplianceRule(.warn, "packages", "verify", [("check", "changed")])

    /// Ports of protocols that carry passwords in the clear, and of remote logins.
    static let remotePorts = ComplianceRule(
        .stop,
        "dockerfile",
        "exposed_ports",
        [("ports", "21,22,23,69,111,512,513,514,2375,3389,5900"), ("type", "blacklist")]
    )

    /// Ports of protocols that do not encrypt.
    static let clearPorts = ComplianceRule(
        .stop,
        "dockerfile",
        "exposed_ports",
        [("ports", "21,23,69,111,512,513,514,2375,5900"), ("type", "blacklist")]
    )

    /// Packages whose services have no place in a container.
    static let needlessServices: [ComplianceRule] = [
        "openssh-server", "telnetd", "telnet-server", "rsh-server", "tftpd-hpa", "xinetd", "vsftpd",
    ].map { ComplianceRule(.warn, "packages", "blacklist", [("name", $0)]) }

    /// Packages or files taken without a check of their signatures.
    static let uncheckedDownloads = ComplianceRule(
        .stop,
        "dockerfile",
        "instruction",
        [
            ("instruction", "RUN"), ("check", "like"),
            (
                "value",
                ".*(?:--allow-unauthenticated|--force-yes|--nogpgcheck|--no-gpg-checks?|--allow-untrusted"
                    + "|--trusted-host|--no-check-certificate|curl [^|;&]*(?: -k | --insecure )).*"
            ),
            needsHistory,
        ]
    )
}
