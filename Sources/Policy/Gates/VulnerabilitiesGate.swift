extension Gate {
    static let vulnerabilities = Gate(
        "vulnerabilities",
        "CVE/Vulnerability checks.",
        [
            VulnerablePackageTrigger.self, StaleFeedTrigger.self, NoDistroDataTrigger.self,
            ListedVulnerabilityTrigger.self,
        ]
    )
}

private struct StaleFeedTrigger: Trigger {
    static let name = "stale_feed_data"
    static let summary =
        "Triggers if the CVE data for the image's distro is older than the window specified, in days."
    static let parameters = [
        Parameter(
            "max_days_since_sync",
            .integer,
            required: true,
            example: "10",
            "Fire the trigger if the last sync was more than this number of days ago."
        )
    ]

    private let days: Int

    init(_ values: ParameterValues) { days = values.integer("max_days_since_sync") ?? 0 }

    var reads: FactReading { FactReading(feedAges: [days]) }

    func findings(in image: ImageFacts, _ context: EvaluationContext) -> [TriggerFinding] {
        if let sync = image.advisories.value?.oldestSync, !context.isOutdated(sync, days: days) { return [] }
        return [
            TriggerFinding("The vulnerability feed for this image distro is older than MAXAGE (\(days)) days")
        ]
    }
}

private struct NoDistroDataTrigger: Trigger {
    static let name = "vulnerability_data_unavailable"
    static let summary =
        "Triggers if vulnerability data is unavailable for the image's distro packages such as rpms or dpkg. Packages of "
        + "languages are not considered."

    init(_: ParameterValues) {}

    var reads: FactReading { FactReading(distroData: true) }

    func findings(in image: ImageFacts, _: EvaluationContext) -> [TriggerFinding] {
        let advisories = image.advisories.value
        if advisories?.hasDistroRecords == true { return [] }
        let namespace =
            advisories?.namespace
            ?? "\(image.metadata.distro ?? "None"):\(image.metadata.distroVersion ?? "None")"
        return [
            TriggerFinding(
                "Distro-specific feed data not found for distro namespace: \(namespace). "
                    + "Cannot perform CVE scan OS/distro packages"
            )
        ]
    }
}

private struct ListedVulnerabilityTrigger: Trigger {
    static let name = "blacklist"
    static let summary = "Triggers if any of a list of specified vulnerabilities has been detected in the image."
    static let parameters = [
        Parameter(
            "vulnerability_ids",
            .list,
            required: true,
            example: "CVE-2019-1234",
            "List of vulnerability IDs, will cause the trigger to fire if any are detected."
        ),
        Parameter(
            "vendor_only",
            .boolean,
            example: "true",
            "If true, the default, discard matches that the vendor has marked as won't fix."
        ),
    ]

    private let ids: [String]
    private let isVendorOnly: Bool

    init(_ values: ParameterValues) {
        ids = values.list("vulnerability_ids")
        isVendorOnly = values.boolean("vendor_only") ?? true
    }

    var reads: FactReading { FactReading(findings: true) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let wanted = Set(ids)
        // To compare with a few takes less than to hash thousands.
        func isWanted(_ id: String) -> Bool { ids.count < 8 ? ids.contains(id) : wanted.contains(id) }
        var present: Set<String> = []
        for flaw in try image.vulnerabilities.get() where !(isVendorOnly && flaw.willNotFix) {
            if isWanted(flaw.id) { present.insert(flaw.id) }
            for alias in flaw.aliases where isWanted(alias) { present.insert(alias) }
        }
        let found = ids.filter { present.contains($0) }
        return found.isEmpty
            ? [] : [TriggerFinding("Blacklisted vulnerabilities detected: \(PythonText.list(found))")]
    }
}
