import ArgumentParser
import CapacityBenchmark
import Foundation
import Reports
import Synchronization
import SyntheticFleet

extension BenchCommand {
    /// The command `tallyman bench capacity`.
    struct Capacity: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How many workers, and which database, do so many images in so many hours take?",
            discussion: """
                  tallyman bench capacity --images 1000 --profile enterprise --workers 1,2,4 \\
                      --out capacity
                  tallyman bench capacity --images 300 --profile hub --workers 1,2 \\
                      --latency 200
                  tallyman bench capacity --images 500 --workers 1,2 --hours 8 \\
                      --plan-images 1000000

                Makes a fleet from a seed, serves it from a registry process of its own, and
                scans it from an empty database with each number of workers, as `tallyman up`
                would. Layers are generated while they are served, nothing of them is stored.
                Standard output gets the tables; the folder of --out capacity.json,
                capacity.txt and capacity.svg.

                The last number of workers is held out: the model of the costs does not see it,
                and its error there is printed. With one number, a scan of half the images is
                held out instead.

                Profiles: hub (sizes of the public hub, little sharing), enterprise (20 bases,
                30 tags a repository that share all but the top one or two layers), ml (5 to 10
                GB images), churn (enterprise, scanned a second time after 2 % of the images
                are new). Layers are made smaller by --scale, and plans are made for both
                sizes.
                """
        )

        @Option(help: "Images in the fleet.") var images = 300
        @Option(help: "hub, enterprise, ml or churn.") var profile = Profile.enterprise
        @Option(help: "Numbers of workers to measure, such as 1,2,4.") var workers = "1,2"
        @Option(help: "A folder for capacity.json, capacity.txt and capacity.svg.") var out: String?
        @Option(help: "Milliseconds that the registry waits before each answer.") var latency = 0.0
        @Option(help: "Megabits a second that the registry gives in all; without it no bound.") var bandwidth: Double?
        @Option(help: "Makes the fleet; the same seed makes the same one.") var seed: UInt64 = 1
        @Option(help: "The part of a layer's real size that is made; by default 0.02 for hub and ml, else 0.05.")
        var scale: Double?
        @Option(help: "Bulk tasks that a worker has in hand at a time.") var slots: Int?
        @Option(help: "Plan for so many images; those of the fleet by default.") var planImages: Int?
        @Option(help: "Hours that the plan may take.") var hours = 8.0

        /// The profile's name on the command line.
        struct Profile: ExpressibleByArgument {
            let value: FleetProfile
            init?(argument: String) {
                guard let value = FleetProfile(rawValue: argument) else { return nil }
                self.value = value
            }
            private init(_ value: FleetProfile) { self.value = value }
            static let enterprise = Profile(.enterprise)
            static var allValueStrings: [String] { FleetProfile.allCases.map(\.rawValue) }
            var defaultValueDescription: String { value.rawValue }
        }

        func validate() throws {
            guard (1...1_000_000).contains(images) else { throw ValidationError("--images must be from 1 to 1000000") }
            guard workerCounts != nil else {
                throw ValidationError("--workers takes numbers from 1 to 64 with commas between them, such as 1,2,4")
            }
            guard (0...60_000).contains(latency) else { throw ValidationError("--latency must be from 0 to 60000") }
            guard bandwidth.map({ $0 >= 0.1 && $0 <= 1e6 }) ?? true else {
                throw ValidationError("--bandwidth must be from 0.1 to 1000000")
            }
            guard scale.map({ $0 > 0 && $0 <= 1 }) ?? true else {
                throw ValidationError("--scale must be above 0, and 1 at most")
            }
            guard slots.map({ (1...256).contains($0) }) ?? true else {
                throw ValidationError("--slots must be from 1 to 256")
            }
            guard planImages.map({ (1...10_000_000).contains($0) }) ?? true else {
                throw ValidationError("--plan-images must be from 1 to 10000000")
            }
            guard hours > 0, hours <= 8760 else { throw ValidationError("--hours must be above 0, and 8760 at most") }
        }

        private var workerCounts: [Int]? {
            let counts = workers.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
            guard !counts.isEmpty, counts.count <= 16, counts.allSatisfy({ (1...64).contains($0) }) else { return nil }
            return Array(Set(counts)).sorted()
        }

        func run() async throws {
            let scale = self.scale ?? profile.value.defaultScale
            if let out { try UserFile.makeFolder(out) }
            let fleet = CapacityFleet(
                profile: profile.value,
                images: images,
                seed: seed,
                scale: scale,
                latencyMilliseconds: latency,
                megabitsPerSecond: bandwidth
            )
            let measured = Mutex<[RunMeasurement]>([])
            try await UntilSignal.run { [workerCounts, slots] in
                let runs = try await CapacityRuns(fleet: fleet, slots: slots).measure(workers: workerCounts ?? [1])
                measured.withLock { $0 = runs }
            }
            let runs = measured.withLock { $0 }
            guard !runs.isEmpty else { throw UnavailableError("the benchmark was stopped") }
            let report = CapacityReport(setup: fleet.setup, runs: runs, plans: plans(scale: scale, runs))
            try write(report, scale: scale)
        }

        /// The plan for the layers as they were made, and for such as they really are.
        private func plans(scale: Double, _ runs: [RunMeasurement]) -> [(title: String, load: Workload, hours: Double)]
        {
            let wanted = planImages ?? images
            let outline = FleetOutline(profile: profile.value, images: wanted, seed: seed, scale: 1).totals
            let real = Workload(images: outline.images, layers: outline.distinctLayers, bytes: outline.distinctBytes)
            guard scale < 1, let run = runs.first(where: { $0.kind == .full }) else {
                return [("whole layers", real, hours)]
            }
            var made = real
            made.bytes = Int64(Double(run.load.bytes) / Double(max(1, run.load.layers)) * Double(real.layers))
            return [
                ("layers of \(Self.percent(scale)) of their size", made, hours),
                ("whole layers", real, hours),
            ]
        }

        private static func percent(_ part: Double) -> String {
            "\(Figures.decimal(part * 100, places: part < 0.01 ? 2 : 0)) %"
        }

        private func write(_ report: CapacityReport, scale: Double) throws {
            let setup = report.setup
            let pace =
                (latency > 0 ? ", \(Figures.decimal(latency, places: 0)) ms a request" : "")
                + (bandwidth.map { ", \(Figures.decimal($0, places: 0)) Mbit/s" } ?? "")
            let head = """
                \(Figures.count(setup.images)) images of profile \(setup.profile), seed \(setup.seed)\(pace); layers are made at \
                \(Self.percent(scale)) of their real size
                \(setup.cores) processors: \(setup.processor); tallyman \(setup.version)


                """
            if let most = report.runs.map(\.othersCores).max(), most > 0.1 {
                ConsoleOutput.error(
                    "other programs took up to \(Figures.decimal(most, places: 1)) processors meanwhile: "
                        + "the model allows for it, the throughput that was measured does not"
                )
            }
            ConsoleOutput.text(head + report.tables(ConsoleOutput.appearance))
            guard let out else { return }
            try OutputFile("\(out)/capacity.json").write(try ReportJSON.encode(report))
            try OutputFile("\(out)/capacity.txt").write(Array((head + report.tables(.plain)).utf8))
            try OutputFile("\(out)/capacity.svg").write(Array(CapacityPlot.svg(report).utf8))
            ConsoleOutput.error("written: \(out)/capacity.json, capacity.txt, capacity.svg")
        }
    }
}
