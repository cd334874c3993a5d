extension ComplianceProfile {
    /// Section 4 of the CIS Docker Benchmark, container images and build files.
    static let cisDocker = ComplianceProfile(
        name: "cis-docker",
        title: "CIS Docker Benchmark, section 4",
        source: "CIS Docker Benchmark 1.6, section 4: container images and build file configuration",
        controls: [
            ComplianceControl(
                "4.1",
                "The image names a user other than root",
                [.runsAsRoot],
                unseen: "a container may be started with another user"
            ),
            .invisible(
                "4.2",
                "Base images come from where you trust",
                "whom you trust is not written in an image; list registries in the bundle's mappings and blacklisted_images"
            ),
            ComplianceControl(
                "4.3",
                "Packages that the application does not need are left out",
                ComplianceRule.needlessServices,
                unseen: "only packages that hardly any container needs are named; add your own to the bundle"
            ),
            ComplianceControl(
                "4.4",
                "Images are scanned, and built anew with what mends them",
                [.fixableHigh, .noAdvisories, .staleAdvisories],
                unseen: "fixes of flaws below high are not asked for; add a rule to the bundle"
            ),
            .invisible(
                "4.5",
                "Clients and daemons check signatures of images (content trust)",
                "it is a setting of the client and the daemon"
            ),
            ComplianceControl(
                "4.6",
                "The image has a health check",
                [
                    ComplianceRule(
                        .warn,
                        "dockerfile",
                        "instruction",
                        [("instruction", "HEALTHCHECK"), ("check", "not_exists")]
                    ),
                    // `HEALTHCHECK NONE` takes away what the base image has; history may write it as `&{["NONE"] …}`.
                    ComplianceRule(
                        .warn,
                        "dockerfile",
                        "instruction",
                        [
                            ("instruction", "HEALTHCHECK"), ("check", "like"),
                            ("value", "(?i)(?:&\\{)?\\[?\"?NONE\\b.*"), ("last_only", "true"),
                        ]
                    ),
                ],
                unseen: "orchestrators have checks of their own (liveness and readiness probes)"
            ),
            ComplianceControl(
                "4.7",
                "Package lists are not renewed in an instruction of their own",
                [
                    ComplianceRule(
                        .warn,
                        "dockerfile",
                        "instruction",
                        [
                            ("instruction", "RUN"), ("check", "like"),
                            (
                                "value",
                                "(?!.*\\b(?:install|add|upgrade|dist-upgrade)\\b)"
                                    + ".*\\b(?:apt|apt-get|aptitude|apk|yum|dnf|zypper)\\b.*\\b(?:update|refresh)\\b.*"
                            ),
                            ComplianceRule.needsHistory,
                        ]
                    )
                ]
            ),
            ComplianceControl("4.8", "No file has a setuid or setgid bit that is not needed", [.setID]),
            ComplianceControl(
                "4.9",
                "Files are copied with COPY, not with ADD",
                [
                    ComplianceRule(
                        .stop,
                        "dockerfile",
                        "instruction",
                        [
                            ("instruction", "ADD"), ("check", "like"),
                            // The root file systems of base images can come in no other way.
                            (
                                "value",
                                "(?!(?:file|multi):[0-9a-f]+ in / *$)(?!\\S+\\.tar\\S* +/ *(?:# buildkit)?$).*"
                            ),
                            ComplianceRule.needsHistory,
                        ]
                    )
                ]
            ),
            ComplianceControl(
                "4.10",
                "No secret is in the build file or the image",
                [.secretIn("ENV"), .secretIn("ARG"), .secretIn("RUN"), .secrets]
            ),
            ComplianceControl(
                "4.11",
                "Packages are installed only when their signatures are right",
                [.uncheckedDownloads],
                unseen: "what was verified before it was copied in leaves no trace"
            ),
            .invisible(
                "4.12",
                "Signatures of all artifacts are checked before they are used",
                "checks that were made during the build leave no trace in an image"
            ),
        ]
    )
}
