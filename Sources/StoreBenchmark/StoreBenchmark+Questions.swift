import Foundation
import Reports
import ScanModel
import Store

extension StoreBenchmark {
    private static let samples = 200
    /// As of which exceptions count; there are none.
    private static let day = "2026-01-01"

    func questions(_ figure: Report) async throws {
        progress("asking about vulnerabilities and images")
        let flaws = try await sample(
            """
            SELECT name FROM vulnerabilities WHERE id IN (
                SELECT vulnerability_id FROM package_vulnerabilities WHERE found_until IS NULL)
            ORDER BY md5(name) LIMIT \(Self.samples)
            """
        )
        var rows: [Int] = []
        var times: [Double] = []
        for flaw in flaws {
            var found = 0
            times.append(
                try await time {
                    found = try await store.vulnerabilityReport(flaw, asOf: Self.day)?.affected.count ?? 0
                } * 1000
            )
            rows.append(found)
        }
        report(
            "which images have this CVE",
            times,
            limit: 50,
            "\(rows.sorted()[rows.count / 2]) rows, at most \(rows.max() ?? 0)",
            figure
        )
        let images = try await sample(
            """
            SELECT '\(FleetFiller.host)/' || repositories.name || ':' || tags.name
            FROM tags JOIN repositories ON repositories.id = repository_id WHERE valid_until IS NULL
            ORDER BY md5(tags.digest) LIMIT \(Self.samples)
            """
        )
        (rows, times) = ([], [])
        for image in images {
            guard let reference = ImageReference(image) else { continue }
            var found = 0
            times.append(
                try await time { found = try await store.imageReport(reference, asOf: Self.day)?.findings.count ?? 0 }
                    * 1000
            )
            rows.append(found)
        }
        report(
            "an image's findings",
            times,
            limit: 10,
            "\(rows.sorted()[rows.count / 2]) rows, at most \(rows.max() ?? 0)",
            figure
        )
        progress("drawing the nightly report")
        guard let run = try await store.finishedRun(before: nil) else { return }
        let seconds = try await time { _ = try await store.fleetReport(run: run, since: nil) }
        figure("the nightly report's rows", seconds, "s", nil, "")
    }

    /// The median is held against the limit; the tail is told.
    private func report(
        _ question: String,
        _ times: [Double],
        limit: Double,
        _ note: String,
        _ figure: Report
    ) {
        let sorted = times.sorted()
        guard !sorted.isEmpty else { return }
        let tail = sorted[sorted.count * 95 / 100]
        figure(
            question,
            sorted[sorted.count / 2],
            "ms",
            limit,
            "95 % in \(tail.formatted(.number.precision(.fractionLength(1)))) ms; \(note)"
        )
    }
}
