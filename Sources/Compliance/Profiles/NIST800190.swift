extension ComplianceProfile {
    /// The countermeasures of NIST SP 800-190, section 4.
    static let nist800190 = ComplianceProfile(
        name: "nist-800-190",
        title: "NIST SP 800-190",
        source: "NIST SP 800-190, Application Container Security Guide, section 4: countermeasures",
        controls: [
            ComplianceControl(
                "4.1.1",
                "Vulnerabilities of all layers are known, and images with bad ones do not go on",
                [.fixableHigh, .critical, .noAdvisories, .staleAdvisories]
            ),
            ComplianceControl(
                "4.1.2",
                "Images are configured as they should be: an ordinary user, no remote logins",
                [.runsAsRoot, .remotePorts, .setID] + ComplianceRule.needlessServices
            ),
            ComplianceControl("4.1.3", "Images hold no malware", [.malware]),
            ComplianceControl(
                "4.1.4",
                "Secrets are kept outside of images",
                [.secrets, .secretIn("ENV"), .secretIn("ARG")]
            ),
            .invisible(
                "4.1.5",
                "Only images that are trusted are run",
                "signatures of images and the rules about who may run what are kept by registry and orchestrator"
            ),
            .invisible("4.2.1", "Connections to registries are encrypted", transport),
            .invisible(
                "4.2.2",
                "Stale images are removed from registries",
                "an image does not say whether it is still needed; see the nightly report and the rebuild plan"
            ),
            .invisible("4.2.3", "Access to registries is authenticated and limited", registry),
            .invisible(
                "4.3.1",
                "Administration of the orchestrator is limited to what each person needs",
                orchestrator
            ),
            .invisible("4.3.2", "Accounts of the orchestrator are managed and its storage is encrypted", orchestrator),
            .invisible("4.3.3", "Traffic of different sensitivity is kept apart", orchestrator),
            .invisible("4.3.4", "Workloads of different sensitivity are kept apart", orchestrator),
            .invisible("4.3.5", "Nodes are trusted, known and can be isolated", orchestrator),
            .invisible("4.4.1", "The container runtime has no known vulnerabilities", host),
            .invisible("4.4.2", "What containers may reach in the network is limited", running),
            .invisible("4.4.3", "Containers run with secure settings of the runtime", running),
            .invisible("4.4.4", "What applications do at run time is watched", running),
            .invisible("4.4.5", "Containers that nobody approved are found", running),
            .invisible("4.5.1", "Hosts are small in attack surface", host),
            .invisible("4.5.2", "Containers do not share a host with other workloads", host),
            .invisible("4.5.3", "Components of the host's system are up to date", host),
            .invisible("4.5.4", "Who logs in to hosts is limited and audited", host),
            .invisible("4.5.5", "Containers cannot change the host's files", running),
            .invisible("4.6", "Trust begins in the hardware of the hosts", host),
        ]
    )

    private static let transport = "how clients reach a registry is not written in an image"
    private static let registry = "it is a setting of the registry"
    private static let orchestrator = "it is a setting of the orchestrator"
    private static let host = "it is about the machines that containers run on"
    private static let running = "it is decided when a container runs"
}
