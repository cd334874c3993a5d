package import LayerScan
package import MalwareScan

/// How a worker works.
package struct WorkerSettings: Sendable {
    /// Downloads that wait for a registry at a time, at most.
    package static let defaultSlots = 8
    /// What ``analyses`` is unless it is set.
    package static let defaultAnalyses = 2

    /// The worker's name in leases, logs and Redis; one a process.
    package var name: String
    /// Bulk tasks in hand at a time, at most, layers before folds; one more slot is kept for interactive tasks alone, and as
    /// many as there are `analyses` for folds, so that they go on beside downloads.
    package var slots = Self.defaultSlots
    /// Bulk tasks analysed at a time, enough to keep two processors busy.
    ///
    /// One more thread is kept for interactive tasks, as the slot is.
    package var analyses = Self.defaultAnalyses
    /// How long a claim holds without a sign of life.
    package var leaseSeconds = 15
    package var limits = LayerScanLimits()
    /// Where large evidence is spooled, in files without a name.
    package var scratchDirectory = "/tmp"
    /// What becomes of layers while that is full.
    package var scratchPatience = ScratchPatience()

    /// Who is asked about malware, where the fleet wants to know.
    package var malware: MalwareScanner?

    /// Where CPU time is noted.
    package var costs = AnalyzerCosts()

    package init(name: String) { self.name = name }
}
