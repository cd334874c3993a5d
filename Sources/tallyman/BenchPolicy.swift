import Advisories
import AnchoreAPI
import ArgumentParser
import Foundation
import Postgres
import Reports
import ScanModel
import Store
import StoreBenchmark
import Web

extension BenchCommand {
    /// `bench policy`, which benchmarks/fleet-policy calls.
    struct FleetPolicies: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "policy",
            abstract: "Fills an empty database with a synthetic fleet, and judges it night after night.",
            discussion: "benchmarks/fleet-policy makes the database and calls this. Exit code 1: a limit is passed.",
            shouldDisplay: false
        )
        @Option(help: "An empty PostgreSQL database, which is filled.") var postgres: String
        @Option(help: "A folder with advisory feeds.") var feeds: String
        @Option(help: "Images of the fleet.") var images = 10_000
        @Option(help: "Distinct package versions of the fleet.") var packages = 30_000
        @Option(help: "The same seed gives the same fleet.") var seed: UInt64 = 1
        @Flag(help: "End once the fleet is there.") var fillOnly = false

        /// Seconds in which 10,000 images are to be judged.
        private static let wholeSeconds = 300.0
        private static let wholeImages = 10_000.0
        /// Of the first run, what the second of the night may take.
        private static let secondShare = 0.1
        /// For one image.
        private static let imageSeconds = 0.020
        private static let samples = 51

        func validate() throws {
            guard (20...200_000).contains(images) else { throw ValidationError("--images must be from 20 to 200000") }
            guard (2_000...400_000).contains(packages) else {
                throw ValidationError("--packages must be from 2000 to 400000")
            }
        }

        func run() async throws {
            let store = Store(url: postgres, connections: 6)
            try await fill(store)
            let isWithin = fillOnly ? true : try await measure(store)
            await store.close()
            if !isWithin { throw ExitCode(ExitStatus.refused) }
        }

        private func fill(_ store: Store) async throws {
            guard try await Migrations.apply(on: store.pool).contains("m0001_fleet") else {
                throw InputError("the database has a schema already: name an empty one")
            }
            ConsoleOutput.error("importing advisories")
            _ = try await store.importAdvisories(try AdvisoryImport(paths: [feeds])) { _ in }
            ConsoleOutput.error("filling in \(Figures.plural(images, "image"))")
            let size = FleetSize(images: images, packages: packages, seed: seed)
            try await FleetFiller(store: store, size: size, isReadable: true).fill(daysAgo: 2)
            ConsoleOutput.error("matching")
            let summary = try await store.rematch()
            ConsoleOutput.error("\(Figures.count(summary.opened)) matches")
            _ = try await store.createFirstAdmin(passwordHash: "none")
            let sample = PolicySample(files: 0, packages: 0, vulnerabilities: 0, items: 1000)
            try await store.addFirstPolicy(
                PolicyRecord(
                    id: "sample",
                    account: FleetPolicyCommand.account,
                    isActive: true,
                    createdAt: "",
                    updatedAt: "",
                    bundle: sample.bundle,
                    digest: "sample"
                )
            )
        }

        private func measure(_ store: Store) async throws -> Bool {
            let threads = ProcessInfo.processInfo.activeProcessorCount
            var isWithin = true
            func judge(_ what: String, limit: Double?) async throws -> (seconds: Double, judged: Int) {
                ConsoleOutput.error("judging: \(what)")
                let policy = try FleetPolicy(store: store, version: BuildVersion.text, threads: threads)
                let start = ContinuousClock.now
                let verdict = try await policy.judgeFleet(account: FleetPolicyCommand.account)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                guard let verdict else { throw InputError("there is no bundle") }
                var line =
                    "\(what): \(text(seconds)) s; \(verdict.images) images, \(verdict.judged) judged, "
                    + "\(Int(Double(verdict.images) / seconds)) images/s"
                if let limit {
                    isWithin = isWithin && seconds <= limit
                    line += "; limit \(text(limit)) s: \(seconds <= limit ? "ok" : "ABOVE")"
                }
                ConsoleOutput.line(line)
                return (seconds, verdict.judged)
            }
            let whole = Self.wholeSeconds * Double(images) / Self.wholeImages
            let first = try await judge("the whole fleet", limit: whole)
            let second = try await judge("the second run of the night", limit: first.seconds * Self.secondShare)
            if second.judged > 0 {
                ConsoleOutput.line("the second run judged images of which nothing had changed: ABOVE")
                isWithin = false
            }
            let touched = try await changeAdvisories(store)
            ConsoleOutput.line("an advisory is found that concerns \(touched) images")
            _ = try await judge("the run after it", limit: nil)
            let (median, cold) = try await oneImage(store, threads: threads)
            isWithin = isWithin && median <= Self.imageSeconds
            ConsoleOutput.line(
                "one image of them, read and judged anew: median \(text(median * 1000)) ms, the first of a process "
                    + "\(text(cold * 1000)) ms; limit "
                    + "\(text(Self.imageSeconds * 1000)) ms: \(median <= Self.imageSeconds ? "ok" : "ABOVE")"
            )
            return isWithin
        }

        /// The median of the seconds that images chosen by chance take, one after the other, and the seconds of the first.
        private func oneImage(_ store: Store, threads: Int) async throws -> (median: Double, first: Double) {
            let names = try await store.pool.run { session in
                try session.execute(
                    """
                    SELECT registries.host || '/' || repositories.name || ':' || tags.name
                    FROM tags JOIN repositories ON repositories.id = repository_id
                        JOIN registries ON registries.id = registry_id
                    WHERE valid_until IS NULL ORDER BY md5(tags.digest) LIMIT \(Self.samples)
                    """
                ).map { try $0.string(0) }
            }
            var times: [Double] = []
            let policy = try FleetPolicy(store: store, version: BuildVersion.text, threads: threads)
            for name in names {
                guard let reference = ImageReference(name) else { continue }
                let start = ContinuousClock.now
                _ = try await policy.judgeAnew(reference, account: FleetPolicyCommand.account)
                times.append((ContinuousClock.now - start) / .seconds(1))
            }
            guard let first = times.first else { throw InputError("the fleet has no image") }
            return (times.sorted()[times.count / 2], first)
        }

        private func text(_ seconds: Double) -> String {
            seconds.formatted(.number.precision(.fractionLength(2)).grouping(.never))
        }

        /// Imports an advisory about the package whose holders are nearest to 1 % of the images; returns how many those are.
        private func changeAdvisories(_ store: Store) async throws -> Int {
            let chosen = try await store.pool.run { session in
                try session.execute(
                    """
                    SELECT packages.name, count(DISTINCT manifest_id) AS holders
                    FROM image_sets JOIN package_sets ON package_sets.id = set_id
                        CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
                        JOIN packages ON packages.id = listed.package_id
                    WHERE packages.type = 'python' GROUP BY 1
                    ORDER BY abs(count(DISTINCT manifest_id) - $1::bigint), 1 LIMIT 1
                    """,
                    [.int(images / 100)]
                ).first.map { (try $0.string(0), try $0.int(1)) }
            }
            guard let (name, holders) = chosen else { throw InputError("the fleet has no package for an advisory") }
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "tallyman-policy-\(UInt64.random(in: 0...(.max)))"
            )
            try UserFile.makeFolder(folder.path)
            defer { try? FileManager.default.removeItem(at: folder) }  // what is left is in the temporary folder
            let record: [String: Any] = [
                "id": "PYSEC-2099-1", "aliases": ["CVE-2099-20000"], "summary": "made up",
                "modified": "2026-01-01T00:00:00Z",
                "affected": [
                    [
                        "package": ["ecosystem": "PyPI", "name": name],
                        "ranges": [["type": "ECOSYSTEM", "events": [["introduced": "0"]]]],
                    ]
                ],
            ]
            let bytes = [UInt8](try JSONSerialization.data(withJSONObject: record))
            try OutputFile("\(folder.path)/PYSEC-2099-1.json").write(bytes)
            _ = try await store.importAdvisories(try AdvisoryImport(paths: [folder.path], provider: "delta")) { _ in }
            _ = try await store.rematch()
            return holders
        }
    }
}
