package import Store

/// How a coordinator works.
package struct CoordinatorSettings: Sendable {
    /// The analysis version that this fleet's workers produce, without what they collect of files.
    package var analysisVersion: String
    /// How often the state is looked at.
    package var interval = Duration.milliseconds(250)
    /// Manifest requests at a time, over all registries.
    package var listingConcurrency = 16
    /// What is waited before repositories that a registry could not list for the moment, and tags that it gave no answer
    /// about, are tried again: it may be restarting, and what is not listed is not scanned that night.
    package var listingPauses: [Duration] = [.seconds(10), .seconds(20), .seconds(40), .seconds(80)]
    /// Tasks announced in Redis ahead of the workers.
    package var maxAnnounced = 5_000
    /// How long a listing goes on before the layers that it has found are begun, and how often that is done again, and images
    /// folded whose layers are there: most end sooner, and are planned once.
    package var planAheadInterval = Duration.seconds(30)
    /// From how many images on PostgreSQL is made to look at what a run has brought: with fewer any plan of its is good enough.
    package var largeRun = 1_000
    /// Rounds on end in which the database may refuse to move a run on before that has failed.
    package var maxRefusals = 40
    /// How long the past is kept; looked at after each run.
    package var retention = RetentionSettings()
    /// How long after taking the lead leases are left alone: an outage of the database kept their holders from renewing them.
    package var leaseGrace = Duration.seconds(5)
    /// How long the one that leads may give the database no sign of life before another takes the lead.
    package var leaderSilence = Duration.seconds(15)

    package init(analysisVersion: String) { self.analysisVersion = analysisVersion }
}
