import ScanModel

/// The order of work, in the table and in every report.
extension VulnerabilityEntry {
    /// Whether this is to be looked at before `other`.
    ///
    /// What is open comes before what is suppressed. Then: known to be exploited (CISA KEV); the probability of
    /// exploitation (EPSS), no score last; the severity; what has a fix, because there is something to do. What is equal in
    /// all of these goes by identifier and package.
    func isMorePressing(than other: VulnerabilityEntry) -> Bool {
        if isOpen != other.isOpen { return isOpen }
        if kev != other.kev { return kev }
        let scores = (epss ?? -1, other.epss ?? -1)
        if scores.0 != scores.1 { return scores.0 > scores.1 }
        if severity != other.severity { return severity > other.severity }
        let fixed = (fix.state == .fixed, other.fix.state == .fixed)
        if fixed.0 != fixed.1 { return fixed.0 }
        return key.lexicographicallyPrecedes(other.key)
    }
}

extension Sequence<VulnerabilityEntry> {
    /// The most pressing first.
    func byRisk() -> [VulnerabilityEntry] { sorted { $0.isMorePressing(than: $1) } }
}
