import Foundation

/// What a process tells the others about itself, by way of Redis.
package struct ProcessReport: Sendable, Codable {
    /// `worker` or `coordinator`.
    package var part: String
    /// Its name in the fleet.
    package var process: String
    /// When it was written, seconds since 1970.
    package var at: Double
    package var families: [MetricFamily]

    package init(part: String, process: String, at: Double, families: [MetricFamily]) {
        self.part = part
        self.process = process
        self.at = at
        self.families = families
    }

    /// The report as other processes read it, in JSON.
    package func encoded() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) }

    /// Reads what another process wrote; nil where it cannot be read.
    package init?(_ bytes: [UInt8]) {
        // One of another version is passed over until its writer is replaced.
        guard let report = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = report
    }

    /// The families with the process's own labels on every series.
    package var labelled: [MetricFamily] {
        families.map { family in
            var family = family
            family.samples = family.samples.map { sample in
                MetricSample(
                    sample.labels + [MetricLabel("part", part), MetricLabel("process", process)],
                    sample.value,
                    buckets: sample.buckets
                )
            }
            return family
        }
    }
}
