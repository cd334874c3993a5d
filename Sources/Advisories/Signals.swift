/// The chance that a flaw is exploited within thirty days (FIRST EPSS).
package struct EPSSScore: Sendable, Codable, Hashable {
    package var cve: String
    /// A probability, 0 to 1.
    package var score: Double
    /// The share of flaws scored lower or equal, 0 to 1; `nil` in files from before September 2021.
    package var percentile: Double?

    package init(cve: String, score: Double, percentile: Double?) {
        self.cve = cve
        self.score = score
        self.percentile = percentile
    }
}

/// A flaw known to be exploited (CISA KEV catalogue).
package struct KEVEntry: Sendable, Codable, Hashable {
    package var cve: String
    /// `YYYY-MM-DD`.
    package var dateAdded: String
    /// `YYYY-MM-DD`, the date by which United States agencies must act; `nil` where not given.
    package var dueDate: String?
    /// Whether ransomware campaigns are known to use it.
    package var ransomware: Bool
    package var name: String

    package init(cve: String, dateAdded: String, dueDate: String?, ransomware: Bool, name: String) {
        self.cve = cve
        self.dateAdded = dateAdded
        self.dueDate = dueDate
        self.ransomware = ransomware
        self.name = name
    }
}
