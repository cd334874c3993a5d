import ScanModel

extension Suppression {
    /// Why the finding needs no work and who says so, in a line.
    var explanation: String {
        var parts = [status.label]
        if let justification { parts.append(ReportText.line(justification)) }
        if let reason { parts.append(ReportText.line(reason, atMost: 1000)) }
        let signed = author.map { "\(ReportText.line($0)), " } ?? ""
        let end = expires.map { ", until \(ReportText.line($0))" } ?? ""
        return "\(parts.joined(separator: ": ")) (\(signed)\(ReportText.line(source))\(end))"
    }
}

extension Suppression.Status {
    fileprivate var label: String {
        switch self {
        case .notAffected: "not affected"
        case .fixed: "fixed"
        case .accepted: "accepted"
        }
    }
}
