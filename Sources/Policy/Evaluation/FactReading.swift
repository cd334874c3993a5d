/// What rules ask about that may change while an image does not: as long as that is the same, so is what they say.
///
/// The moments at which they would say something else are noted by each evaluation (``PolicyEvaluation/validUntil``).
package struct FactReading: Hashable, Sendable {
    /// The flaws found in the image: their names, severities and fixes.
    package var findings: Bool
    /// The scores of those flaws.
    package var scores: Bool
    /// Whose scores those are.
    package var vendorScores: Bool
    /// Since when those flaws have been known.
    package var ages: Bool
    /// Whether there are advisories about the image's distribution.
    package var distroData: Bool
    /// How many days old feeds may become before a rule says so.
    package var feedAges: Set<Int>
    /// When the feeds were renewed, in any other way.
    package var feedTime: Bool

    init(
        findings: Bool = false,
        scores: Bool = false,
        vendorScores: Bool = false,
        ages: Bool = false,
        distroData: Bool = false,
        feedAges: Set<Int> = [],
        feedTime: Bool = false
    ) {
        self.findings = findings
        self.scores = scores
        self.vendorScores = vendorScores
        self.ages = ages
        self.distroData = distroData
        self.feedAges = feedAges
        self.feedTime = feedTime
    }

    /// Nothing: the image alone.
    package static let image = FactReading()
    /// All of it.
    static let everything = FactReading(
        findings: true,
        scores: true,
        vendorScores: true,
        ages: true,
        distroData: true,
        feedTime: true
    )

    func union(_ other: FactReading) -> FactReading {
        FactReading(
            findings: findings || other.findings,
            scores: scores || other.scores,
            vendorScores: vendorScores || other.vendorScores,
            ages: ages || other.ages,
            distroData: distroData || other.distroData,
            feedAges: feedAges.union(other.feedAges),
            feedTime: feedTime || other.feedTime
        )
    }

    /// Those of ``feedAges`` that feeds renewed at `sync` have passed; all where they never were.
    package func outdated(sync: PolicyInstant?, now: PolicyInstant) -> [Int] {
        feedAges.sorted().filter { days in sync.map { Self.isOutdated($0, days: days, now: now) } ?? true }
    }

    static func isOutdated(_ sync: PolicyInstant, days: Int, now: PolicyInstant) -> Bool {
        sync < now.earlier(days: days)
    }
}

extension ImageFacts {
    /// Without what may change while the image does not.
    var itself: ImageFacts {
        var image = self
        let unknown = ImageFacts()
        image.vulnerabilities = unknown.vulnerabilities
        image.advisories = unknown.advisories
        return image
    }
}
