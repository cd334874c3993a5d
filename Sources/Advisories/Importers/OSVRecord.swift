import ScanModel

/// One OSV document on its way into the normalised form.
struct OSVRecord {
    private let document: JSONValue
    private let id: String
    private let limits: AdvisoryLimits

    /// Identifiers of bulletins, which fix several flaws together and are not a name of any of them.
    private static let bulletinPrefixes = [
        "ALSA-", "ALBA-", "ALEA-", "RHSA-", "RHBA-", "RHEA-", "RLSA-", "RLBA-", "RLEA-", "RXSA-", "ELSA-", "DSA-",
        "DLA-",
        "DTSA-", "USN-", "LSN-", "SUSE-", "openSUSE-", "MGASA-", "OESA-", "FEDORA-", "AZL-",
    ]
    /// Bulletins about bugs and new features: of interest only where they name a CVE.
    private static let harmlessPrefixes = ["ALBA-", "ALEA-", "RHBA-", "RHEA-", "RLBA-", "RLEA-"]

    init(_ document: JSONValue, limits: AdvisoryLimits) throws(RecordProblem) {
        guard document.object != nil else { throw RecordProblem("not an object") }
        guard let id = BoundedText.name(document["id"]?.string, limits: limits) else {
            throw RecordProblem("no usable id")
        }
        self.document = document
        self.id = id
        self.limits = limits
    }

    func normalized(provider: String) throws(RecordProblem) -> AdvisoryRecord {
        let isBulletin = Self.bulletinPrefixes.contains { id.hasPrefix($0) }
        let names = names(["aliases", "upstream"])
        // Ubuntu and Debian name a CVE's own record, `UBUNTU-CVE-2021-3782`.
        let covers = isBulletin ? (names + self.names(["related"])).flatMap(Self.cves) : []
        let isHarmless = covers.isEmpty && Self.harmlessPrefixes.contains { id.hasPrefix($0) }
        let cvss = scores()
        let modules = isBulletin ? RPMModule.streams(inSummary: document["summary"]?.string ?? "") : []
        let summary = document["summary"]?.string ?? document["details"]?.string ?? ""
        return AdvisoryRecord(
            id: id,
            provider: provider,
            aliases: isBulletin ? [] : Set(names).subtracting([id]).sorted(),
            covers: Set(covers).sorted(),
            severity: statedSeverity() ?? cvss.map(CVSS.severity).max() ?? .unknown,
            cvss: cvss,
            published: BoundedText.date(document["published"]?.string),
            modified: BoundedText.date(document["modified"]?.string),
            withdrawn: withdrawn(),
            summary: BoundedText.clean(summary, maxBytes: limits.maxSummaryBytes),
            urls: urls(),
            affected: isHarmless ? [] : try ranges(modules: modules)
        )
    }

    private static func cves(_ name: String) -> [String] {
        name.hasPrefix("CVE-") ? [name] : CVEText.identifiers(in: name)
    }

    private func names(_ members: [String]) -> [String] {
        let all = members.flatMap { document[$0]?.strings ?? [] }
        return all.prefix(limits.maxAliases).compactMap { BoundedText.name($0, limits: limits) }
    }

    private func withdrawn() -> String? {
        guard let text = document["withdrawn"]?.string, !text.isEmpty else { return nil }
        return BoundedText.date(text) ?? "1970-01-01T00:00:00Z"
    }

    private func urls() -> [String] {
        var urls: [String] = []
        for reference in document["references"]?.elements ?? [] {
            guard let url = reference["url"]?.string, url.utf8.count <= limits.maxURLBytes,
                url.hasPrefix("https://") || url.hasPrefix("http://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
                !urls.contains(url)
            else { continue }
            urls.append(url)
            if urls.count == limits.maxURLs { break }
        }
        return urls
    }

    /// The vectors at the top and in each affected package, without duplicates, newest version first.
    private func scores() -> [CVSSVector] {
        var seen: Set<CVSSVector> = []
        let places = [document] + (document["affected"]?.elements.prefix(limits.maxAliases) ?? [])
        for place in places {
            for severity in place["severity"]?.elements ?? [] {
                guard let vector = severity["score"]?.string.flatMap(CVSS.parse) else { continue }
                seen.insert(vector)
            }
        }
        return seen.sorted { $0.version == $1.version ? $0.vector < $1.vector : $0.version > $1.version }
    }

    private func statedSeverity() -> Severity? {
        if let stated = SeverityWord.severity(document["database_specific"]?["severity"]?.string) { return stated }
        for severity in document["severity"]?.elements ?? [] where severity["type"]?.string == "Ubuntu" {
            if let stated = SeverityWord.severity(severity["score"]?.string) { return stated }
        }
        // Red Hat and its rebuilds put the rating in front: "Important: firefox security update".
        guard let summary = document["summary"]?.string, let colon = summary.firstIndex(of: ":") else { return nil }
        return SeverityWord.severity(String(summary[..<colon]))
    }

    /// The ranges of every package, once for each of the streams that the bulletin is about.
    private func ranges(modules: [String]) throws(RecordProblem) -> [AffectedRange] {
        var ranges: [AffectedRange] = []
        for entry in document["affected"]?.elements ?? [] {
            guard let ecosystem = BoundedText.name(entry["package"]?["ecosystem"]?.string, limits: limits),
                let name = BoundedText.name(entry["package"]?["name"]?.string, limits: limits),
                let filed = Ecosystem.osv(ecosystem)
            else { continue }
            var template = AffectedRange(
                ecosystem: filed.key,
                package: Ecosystem.normalizedName(name, in: filed.key),
                scheme: filed.scheme,
                fixState: .unknown
            )
            let own = entry["ecosystem_specific"]
            template.severity =
                SeverityWord.severity(own?["severity"]?.string) ?? SeverityWord.severity(own?["urgency"]?.string)
                ?? SeverityWord.severity(entry["database_specific"]?["severity"]?.string)
            let found = OSVRanges(entry, template: template, limits: limits).ranges
            for module in modules.isEmpty ? [nil] : modules.map(Optional.some) {
                ranges += found.map { range in
                    var range = range
                    range.module = module
                    return range
                }
            }
            guard ranges.count <= limits.maxRanges else { throw RecordProblem("more than \(limits.maxRanges) ranges") }
        }
        return UbuntuRelease.withUnfixedRelease(ranges)
    }
}
