import ScanModel

/// One record of the CVE programme on its way into the normalised form.
struct CVERecord {
    private let document: JSONValue
    private let id: String
    private let limits: AdvisoryLimits
    /// The numbering authority's container, then those of the authorised publishers.
    private let containers: [JSONValue]

    init(_ document: JSONValue, limits: AdvisoryLimits) throws(RecordProblem) {
        self.document = document
        self.limits = limits
        id = try CVEItems.identifier(document["cveMetadata"]?["cveId"]?.string, limits: limits)
        guard let own = document["containers"]?["cna"] else { throw RecordProblem("no container") }
        containers = [own] + (document["containers"]?["adp"]?.elements ?? []).prefix(limits.maxAliases)
    }

    func items(provider: String) -> [FeedItem] {
        let metadata = document["cveMetadata"]
        let metrics = containers.map(vectors)
        // The numbering authority's rating counts before that of others, who rate where it did not.
        let first = metrics.first { !$0.isEmpty } ?? []
        let words = containers.flatMap { $0["metrics"]?.elements ?? [] }
            .compactMap { $0["other"]?["content"]?["value"]?.string }
        let urls = containers.flatMap { $0["references"]?.elements ?? [] }.compactMap { $0["url"]?.string }
        let weaknesses = containers.flatMap { $0["problemTypes"]?.elements ?? [] }
            .flatMap { $0["descriptions"]?.elements ?? [] }.compactMap { $0["cweId"]?.string }
        let rated = CVSS.severity(ofAll: first)
        let enrichment = CVEEnrichment(
            cve: id,
            provider: provider,
            severity: rated == .unknown ? words.lazy.compactMap { SeverityWord.severity($0) }.first ?? .unknown : rated,
            cvss: CVSS.sorted(metrics.joined()),
            published: BoundedText.date(metadata?["datePublished"]?.string),
            modified: BoundedText.date(metadata?["dateUpdated"]?.string),
            summary: CVEItems.english(containers.first?["descriptions"], limits: limits),
            urls: BoundedText.urls(urls, limits: limits),
            weaknesses: CVEItems.weaknesses(weaknesses, limits: limits),
            ssvc: ssvc,
            knownExploited: other("kev").flatMap { BoundedText.date($0["dateAdded"]?.string) },
            isRejected: metadata?["state"]?.string == "REJECTED"
        )
        return CVEItems.items(enrichment, ranges)
    }

    private func vectors(_ container: JSONValue) -> [CVSSVector] {
        (container["metrics"]?.elements ?? []).prefix(limits.maxAliases).flatMap { metric in
            ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"].compactMap {
                metric[$0]?["vectorString"]?.string.flatMap(CVSS.parse)
            }
        }
    }

    /// The content of the first metric of a kind that the schema does not define itself.
    private func other(_ type: String) -> JSONValue? {
        for metric in containers.flatMap({ $0["metrics"]?.elements ?? [] })
        where metric["other"]?["type"]?.string == type {
            return metric["other"]?["content"]
        }
        return nil
    }

    private var ssvc: SSVC? {
        guard let options = other("ssvc")?["options"]?.elements else { return nil }
        func value(_ name: String) -> String {
            let text = options.lazy.compactMap { $0[name]?.string }.first ?? ""
            return BoundedText.clean(text, maxBytes: 16).lowercased()
        }
        let exploitation = value("Exploitation")
        guard ["none", "poc", "active"].contains(exploitation) else { return nil }
        return SSVC(
            exploitation: exploitation,
            automatable: value("Automatable"),
            technicalImpact: value("Technical Impact")
        )
    }

    /// The versions of products that are given with CPE names; Git commits are not versions of a program.
    private var ranges: [AffectedRange] {
        var ranges = CPERanges(limits: limits)
        for product in containers.flatMap({ $0["affected"]?.elements ?? [] }) {
            let names = (product["cpes"]?.strings ?? []).prefix(limits.maxAliases).compactMap(CPEName.init)
            guard !names.isEmpty, !isForeign(product) else { continue }
            for version in (product["versions"]?.elements ?? []).prefix(limits.maxVersions) {
                guard version["status"]?.string == "affected", version["versionType"]?.string != "git" else { continue }
                for name in Set(names.map(\.key)).sorted().compactMap({ key in names.first { $0.key == key } }) {
                    add(version, of: name, to: &ranges)
                }
            }
        }
        return ranges.ranges
    }

    private func add(_ version: JSONValue, of name: CPEName, to ranges: inout CPERanges) {
        let start = version["version"]?.string
        let bounds = CPERanges.Bounds(
            startIncluding: start,
            endIncluding: version["lessThanOrEqual"]?.string,
            endExcluding: version["lessThan"]?.string
        )
        guard bounds.endIncluding != nil || bounds.endExcluding != nil else {
            // One version, or the word for every version.
            guard let start, !["n/a", "unspecified", "unknown"].contains(start.lowercased()) else { return }
            ranges.add(name.with(version: start), CPERanges.Bounds())
            return
        }
        ranges.add(name, bounds)
    }

    /// Whether the product is for systems without Linux only.
    private func isForeign(_ product: JSONValue) -> Bool {
        let platforms = product["platforms"]?.strings ?? []
        let foreign = ["windows", "macos", "ios", "android"]
        return !platforms.isEmpty
            && platforms.allSatisfy { platform in foreign.contains { platform.lowercased().hasPrefix($0) } }
    }
}
