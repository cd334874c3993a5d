import Matching
import ScanModel

extension ScanDocument.DistroEntry {
    init(_ distro: Distro, support: DistroSupport?) {
        self.init(
            id: distro.id,
            versionID: distro.versionID,
            name: distro.name,
            endOfLife: support?.endOfLife,
            support: support?.extended.map { ScanDocument.LongerSupport(name: $0.name, end: $0.end) } ?? []
        )
    }

    /// `debian 12`.
    var label: String { ReportText.line(versionID.isEmpty ? id : "\(id) \(versionID)") }

    /// Until when the release is supported, without a word on today: it goes into documents that hold no clock.
    var supportStatement: String? {
        guard let endOfLife else { return nil }
        let longer = support.map { ", \(ReportText.line($0.name)) until \($0.end)" }.joined()
        return "Ordinary support of \(ReportText.line(name)) lasts until \(endOfLife)\(longer)."
    }

    /// What to tell people on `day`, `YYYY-MM-DD`: `nil` while the ordinary support lasts or where nothing is known.
    func supportNotice(on day: String) -> String? {
        guard let endOfLife, endOfLife < day else { return nil }
        let longer = support.filter { $0.end >= day }.map { "\(ReportText.line($0.name)) until \($0.end)" }
        let rest =
            longer.isEmpty
            ? "fixes are no longer to be expected"
            : "longer support for those who take it: \(longer.joined(separator: ", "))"
        return "\(ReportText.line(name)) has been out of ordinary support since \(endOfLife); \(rest)"
    }
}
