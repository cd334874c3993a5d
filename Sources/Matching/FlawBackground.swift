import Advisories

/// What is known of CVEs beside the advisories: scores, exploitation and their own records.
struct FlawBackground: Sendable {
    let epss: [String: EPSSScore]
    let kev: [String: KEVEntry]
    let enrichments: [String: [CVEEnrichment]]

    /// What is known of one flaw.
    struct Facts: Sendable {
        var score: EPSSScore?
        var kev: KEVEntry?
        var cve: CVEBackground
    }

    /// What is known of the flaw `id`, which has the names `aliases` as well: of the CVEs among them.
    func of(_ id: String, aliases: [String]) -> Facts {
        let cves = ([id] + aliases).filter { $0.hasPrefix("CVE-") }
        let cve = CVEBackground(cves.flatMap { enrichments[$0] ?? [] })
        return Facts(
            score: cves.compactMap { epss[$0] }.max { $0.score < $1.score },
            kev: cves.lazy.compactMap { kev[$0] }.first ?? cve.knownExploited,
            cve: cve
        )
    }
}
