import AnchoreAPI
import ScanModel

/// What an event says to people, in pieces that each endpoint puts together in its own way.
///
/// Names out of registries and feeds are in it: whoever builds markup has to escape all of it.
struct MessageText {
    /// The most findings and images that a message names.
    private static let maxListed = 10
    /// The longest piece of foreign text, in characters.
    private static let maxForeign = 200

    /// One line.
    let title: String
    /// Names and values, few and short.
    let facts: [(name: String, value: String)]
    /// What it is about in detail, a line each.
    let lines: [String]

    init(_ event: NotificationEvent) {
        var facts: [(String, String)] = []
        if !event.account.isEmpty { facts.append(("Account", Self.clean(event.account))) }
        if !event.subject.isEmpty { facts.append(("Subject", Self.clean(event.subject))) }
        if let severity = event.severity { facts.append(("Highest severity", FindingRecord.spelled(severity))) }
        var lines: [String] = []
        let headline: String
        switch event.kind {
        case .digest: headline = Self.digest(event, &facts, &lines)
        case .subscription(let type): headline = Self.headline(type, event, &facts, &lines)
        }
        facts.append(("Time", event.time))
        title = String((event.isTest ? "Test: \(headline)" : headline).prefix(300))
        self.facts = facts
        self.lines = lines
    }

    /// As many whole lines as fit, as `render` writes them, then how many are left out.
    ///
    /// `length` is what `limit` counts. A line that is cut in the middle might end within an escape.
    func lines(within limit: Int, _ length: (String) -> Int, _ render: (String) -> String) -> [String] {
        var rendered: [String] = []
        var used = 0
        for (place, line) in lines.enumerated() {
            let text = render(line)
            used += length(text)
            guard used <= limit else {
                let left = lines.count - place
                rendered.append(render("and \(left) more line\(left == 1 ? "" : "s")"))
                break
            }
            rendered.append(text)
        }
        return rendered
    }

    /// Title and lines as plain text.
    var plain: String {
        ([title, ""] + facts.map { "\($0.name): \($0.value)" } + (lines.isEmpty ? [] : [""] + lines))
            .joined(separator: "\n")
    }

    private static func headline(
        _ type: SubscriptionType,
        _ event: NotificationEvent,
        _ facts: inout [(String, String)],
        _ lines: inout [String]
    ) -> String {
        let subject = clean(event.subject)
        let (current, last) = (event.payload["curr_eval"], event.payload["last_eval"])
        switch type {
        case .tagUpdate:
            facts.append(("Was", clean(last?.array?.first?.string)))
            facts.append(("Is", clean(current?.array?.first?.string)))
            return "\(subject) names another image"
        case .analysisUpdate:
            facts.append(("Image", clean(current?["image_digest"]?.string)))
            return event.hasFailedAnalysis
                ? "The analysis of \(subject) failed" : "\(subject) was analysed"
        case .policyEval:
            facts.append(("Image", clean(current?["image_digest"]?.string)))
            facts.append(("Policy", clean(current?["policy_id"]?.string)))
            facts.append(("Was", clean(last?["final_action"]?.string)))
            facts.append(("Is", clean(current?["final_action"]?.string)))
            return "\(subject) now \(event.passesPolicy ? "passes" : "fails") its policy"
        case .repoUpdate:
            let tags = current?["repotags"]?.array?.compactMap(\.string) ?? []
            lines = tags.prefix(maxListed).map { clean($0) }
            let total = count(event.payload["counts"]?["added"]) ?? tags.count
            if total > lines.count { lines.append("and \(total - lines.count) more") }
            return "\(total) new tag\(total == 1 ? "" : "s") in \(subject)"
        case .vulnUpdate:
            facts.append(("Image", clean(event.payload["imageDigest"]?.string)))
            let diff = event.payload["diff_vulnerability_result"]
            let added = diff?["added"]?.array ?? []
            let removed = diff?["removed"]?.array ?? []
            let counts = event.payload["counts"]
            let (new, gone) = (count(counts?["added"]) ?? added.count, count(counts?["removed"]) ?? removed.count)
            lines = list("New", added, new) + list("Gone", removed, gone)
            return "\(subject): \(new) new vulnerabilities, \(gone) gone"
        }
    }

    private static func list(_ word: String, _ findings: [JSONValue], _ count: Int) -> [String] {
        var lines = findings.prefix(maxListed).map { finding in
            guard let name = finding["vuln"]?.string else { return "\(word): \(clean(finding.string))" }
            let fix = finding["fix"]?.string ?? "None"
            return
                "\(word): \(clean(name)) (\(clean(finding["severity"]?.string))) in \(clean(finding["package"]?.string))"
                + (fix == "None" ? "" : ", fixed in \(clean(fix))")
        }
        let left = count - lines.count
        if left > 0 { lines.append("\(word): and \(left) more") }
        return lines
    }

    private static func digest(
        _ event: NotificationEvent,
        _ facts: inout [(String, String)],
        _ lines: inout [String]
    ) -> String {
        let events = count(event.payload["events"]) ?? 0
        let images = count(event.payload["images"]) ?? 0
        for member in event.payload["kinds"]?.members ?? [] {
            facts.append((clean(member.name), "\(member.value.int ?? 0)"))
        }
        if let since = event.payload["since"]?.string { facts.append(("Since", clean(since))) }
        let subjects = event.payload["subjects"]?.array ?? []
        lines = subjects.map { subject in
            let rank = subject["severity"]?.int
            let severity = Severity.allCases.first { $0.rank == rank }
            let kinds = subject["kinds"]?.array?.compactMap(\.string).map { clean($0) }.joined(separator: ", ") ?? ""
            return "\(clean(subject["subject"]?.string)): \(kinds)"
                + (severity.map { " (\(FindingRecord.spelled($0)))" } ?? "")
        }
        if images > lines.count { lines.append("and \(images - lines.count) more") }
        return "\(events) event\(events == 1 ? "" : "s") about \(images) image\(images == 1 ? "" : "s")"
    }

    /// A number of things, whatever stands there.
    private static func count(_ value: JSONValue?) -> Int? { value?.int.map { min(max($0, 0), 1 << 40) } }

    /// One line of text that somebody else wrote, without control characters; `None` for none.
    static func clean(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "None" }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(maxForeign).map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: " "
                    default: scalar
                    }
                }
            )
        )
    }
}
