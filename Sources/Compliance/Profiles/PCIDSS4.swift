extension ComplianceProfile {
    /// The requirements of PCI DSS 4.0 that images have to do with; whole requirements that they have not are one entry.
    static let pciDSS4 = ComplianceProfile(
        name: "pci-dss-4",
        title: "PCI DSS 4.0",
        source: "Payment Card Industry Data Security Standard 4.0, requirements for system components",
        controls: [
            .invisible("1", "Network security controls stand between networks", "networks are not part of an image"),
            ComplianceControl(
                "2.2.2",
                "Accounts and passwords that vendors set are changed or removed",
                [
                    ComplianceRule(
                        .warn,
                        "passwd_file",
                        "blacklist_usernames",
                        [("user_names", "guest,test,admin,oracle,pi,ubnt,vagrant")]
                    )
                ],
                unseen: "passwords that an application sets when it first starts"
            ),
            ComplianceControl(
                "2.2.4",
                "Only services, protocols and functions that are needed are there",
                ComplianceRule.needlessServices + [.setID]
            ),
            ComplianceControl("2.2.5", "Protocols that are not secure are not offered", [.clearPorts]),
            ComplianceControl(
                "2.2.6",
                "Settings that make misuse harder are made",
                [.runsAsRoot],
                unseen: "settings of the application and of the container's runtime"
            ),
            .invisible("3", "Stored account data is protected", "data is stored where containers run, not in images"),
            .invisible(
                "4",
                "Cardholder data is encrypted on open networks",
                "connections are made when containers run"
            ),
            ComplianceControl(
                "5.2.1",
                "System components are searched for malware",
                [.malwareUnsearched],
                unseen: "what guards running systems"
            ),
            ComplianceControl(
                "5.2.2",
                "Malware of all known kinds is found and removed",
                [.malware]
            ),
            .invisible(
                "6.2.4",
                "Software is built so that common attacks do not work",
                "how code was written, reviewed and tested leaves no trace in an image"
            ),
            ComplianceControl(
                "6.3.1",
                "Vulnerabilities are found out from known sources and ranked",
                [.noAdvisories, .staleAdvisories]
            ),
            .invisible(
                "6.3.2",
                "Bespoke software and its third-party components are inventoried",
                "who keeps the inventory is not written in an image; `tallyman sbom` writes what the image adds to it"
            ),
            ComplianceControl(
                "6.3.3",
                "Fixes of high and critical flaws are installed within a month",
                [.fixOverdue, .noAdvisories]
            ),
            ComplianceControl(
                "7.2.5",
                "Accounts of applications and systems have the least privileges that they need",
                [.runsAsRoot, .setID],
                unseen: "accounts of the application and of its infrastructure"
            ),
            ComplianceControl(
                "8.6.2",
                "Passwords of accounts and applications are not written into scripts, files or code",
                [.secrets, .secretIn("ENV"), .secretIn("ARG"), .secretIn("RUN")]
            ),
            .invisible("9", "Physical access is limited", "an image has no place"),
            .invisible("10", "Access to systems and data is logged", "logs are written when containers run"),
            ComplianceControl(
                "11.3.1",
                "Scans for vulnerabilities are run at least every three months, and high ones are resolved",
                [.fixableHigh, .critical, .noAdvisories],
                unseen: "how often scans are run, and scans of running systems with authentication"
            ),
            ComplianceControl(
                "11.5.2",
                "Changes of critical files are noticed",
                [.changedFiles],
                unseen: "changes in running containers"
            ),
            .invisible(
                "12",
                "Policies and programs support security",
                "an organisation's rules are not part of an image"
            ),
        ]
    )
}
