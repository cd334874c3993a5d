import Advisories
import Reports
import ScanModel

/// What the reports say of a finding in words.
extension VulnerabilityEntry {
    /// The versions that end the flaw, or why there is none; empty where nobody has said.
    var fixLabel: String {
        switch fix.state {
        case .fixed: fix.versions.isEmpty ? "fixed" : fix.versions.joined(separator: ", ")
        case .wontFix: "won't fix"
        case .notFixed: "none yet"
        case .unknown: ""
        }
    }

    /// What can be done, in a sentence.
    var remedy: String {
        let name = ReportText.line(package.name)
        switch fix.state {
        case .fixed where !fix.versions.isEmpty:
            return "Upgrade \(name) to \(ReportText.line(fix.versions.joined(separator: " or ")))."
        case .fixed: return "Upgrade \(name): a fix has been released."
        case .wontFix: return "No fix is to be expected: \(provider) has decided against one."
        case .notFixed: return "No fix has been released yet."
        case .unknown: return "It is not known whether there is a fix."
        }
    }

    /// `flask 2.2.2 (python)`.
    var packageLabel: String {
        "\(ReportText.line(package.name)) \(ReportText.line(package.version)) (\(package.type.rawValue))"
    }

    /// The identifier and what the flaw is, where the advisories say it: at most `limit` scalars.
    func title(atMost limit: Int) -> String {
        ReportText.line(summary.isEmpty ? id : "\(id): \(summary)", atMost: limit)
    }

    /// `high (CVSS 7.5), EPSS 1.3%, known to be exploited`.
    var ratingLabel: String {
        var parts = [severity.rawValue]
        if let score = cvss.first?.score { parts[0] += " (CVSS \(Figures.cvss(score)))" }
        if epss != nil { parts.append("EPSS \(Figures.epss(epss))") }
        if kev { parts.append("known to be exploited") }
        return parts.joined(separator: ", ")
    }
}

extension ScanDocument {
    /// The image as its user names it.
    var imageLabel: String { image.reference ?? source }

    /// The image's name without tag and digest, which stays the same from build to build.
    var imageName: String {
        guard let reference = image.reference else { return source }
        let name = reference.prefix { $0 != "@" }
        let start = name.lastIndex(of: "/") ?? name.startIndex
        guard let colon = name[start...].lastIndex(of: ":") else { return String(name) }
        return String(name[..<colon])
    }

    /// Whether there were advisories to match with: a report without them must not pass for a clean one.
    var isMatched: Bool { !provenance.advisories.isEmpty }

    /// What reports without findings say where nothing was matched.
    static let unmatchedMessage = "The packages were not matched: no advisories have been imported."
}
