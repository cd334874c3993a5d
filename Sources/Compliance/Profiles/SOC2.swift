extension ComplianceProfile {
    /// The common criteria of SOC 2.
    static let soc2 = ComplianceProfile(
        name: "soc-2",
        title: "SOC 2",
        source: "AICPA Trust Services Criteria (2017, points of focus of 2022), common criteria and availability",
        controls: [
            .invisible("CC1", "The organisation stands for integrity and has oversight", organisation),
            .invisible("CC2", "Information about controls reaches who needs it", organisation),
            .invisible("CC3", "Risks to the objectives are assessed", organisation),
            .invisible("CC4", "Controls are watched and deficiencies told", organisation),
            .invisible("CC5", "Controls are chosen and put into procedures", organisation),
            ComplianceControl(
                "CC6.1",
                "Logical access to information is protected, keys and passwords among it",
                [.secrets, .secretIn("ENV"), .secretIn("ARG"), .secretIn("RUN")],
                unseen: "the access control of the application and its infrastructure"
            ),
            .invisible("CC6.2", "Users are registered before they get access, and removed", organisation),
            ComplianceControl(
                "CC6.3",
                "Access follows from roles and the least privilege",
                [.runsAsRoot, .setID],
                unseen: "roles of people and separation of their duties"
            ),
            .invisible("CC6.4", "Physical access is limited", "an image has no place"),
            .invisible("CC6.5", "Protection ends only when data can no longer be read", "data is not stored in images"),
            ComplianceControl(
                "CC6.6",
                "Threats from outside the boundary are kept out",
                [.remotePorts] + ComplianceRule.needlessServices,
                unseen: "networks and what guards them"
            ),
            .invisible(
                "CC6.7",
                "Information is protected while it is moved",
                "connections are made when containers run"
            ),
            ComplianceControl(
                "CC6.8",
                "Unauthorised and malicious software is prevented or found",
                [.malware, .changedFiles, .uncheckedDownloads]
            ),
            ComplianceControl(
                "CC7.1",
                "Vulnerabilities that are new or come with changes are detected",
                [.fixableHigh, .critical, .noAdvisories, .staleAdvisories]
            ),
            .invisible("CC7.2", "Systems are watched for anomalies", running),
            .invisible("CC7.3", "Security events are evaluated", organisation),
            .invisible("CC7.4", "Incidents are answered", organisation),
            .invisible("CC7.5", "Systems are recovered after incidents", organisation),
            .invisible(
                "CC8.1",
                "Changes are authorised, tested and documented",
                "reviews, tests and approvals leave no trace in an image"
            ),
            .invisible("CC9", "Risks of disruption and of vendors are mitigated", organisation),
            .invisible("A1", "Capacity, backups and recovery keep the system available", running),
        ]
    )

    private static let organisation = "it is about people and procedures"
    private static let running = "it is about running systems"
}
