import ArgumentParser
import Foundation
import Reports
import ScanModel
import Store

/// The command `tallyman fleet`.
struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Scans of whole registries: start one, watch it, see what became of each image.",
        subcommands: [
            Scan.self, Status.self, Cancel.self, Images.self, Failures.self, Retry.self, Rematch.self,
            FleetExceptions.self, FleetVEX.self, FleetPolicyCommand.self, FleetCollect.self,
        ]
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    struct Scan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts a run over registries, repositories or single images.",
            discussion: """
                  tallyman fleet scan registry.example:5000 --wait
                  tallyman fleet scan registry.example/team/app registry.example/team/web:1.2
                  tallyman fleet scan --targets targets.txt

                Without targets every registry is scanned that was added or scanned before.
                Layers that were analysed before are not fetched again. With --wait the command
                ends with the run: 0 when it is done, 69 when it was cancelled or failed, that
                is, could not list a target or scanned nothing. Ctrl-C ends the command with
                130 and leaves the run alone; `tallyman fleet cancel RUN` ends that.
                """
        )
        private static let maxBytes = 64 << 20
        private static let noTarget = "is not a registry, a repository or an image reference"

        @OptionGroup var fleet: FleetOptions
        @Argument(help: "REGISTRY, REGISTRY/REPOSITORY or REGISTRY/REPOSITORY:TAG") var targets: [String] = []
        @Option(name: .customLong("targets"), help: "A file with one target a line; # starts a comment.")
        var file: String?
        @Option(help: "OS/ARCH to choose from images for several platforms; linux/amd64 if there is one.")
        var platform: String?
        @Flag(help: "Wait for the end of the run, with progress on a terminal.") var wait = false
        @Flag(help: "Go before bulk runs.") var interactive = false
        @Option(name: .shortAndLong, help: "table or json: the run's number, or with --wait its summary.")
        var output = Format.table

        func run() async throws {
            var all = targets
            for target in all where RegistryTarget(target) == nil { throw UsageError("\(target) \(Self.noTarget)") }
            if let file { all += try Self.targets(in: file) }
            if let platform, Platform(platform) == nil { throw UsageError("\(platform) is not a platform: OS/ARCH") }
            let store = try await fleet.store(connections: 2)
            if all.isEmpty { all = try await store.registries().map(\.host) }
            guard !all.isEmpty else { throw UsageError("name a registry, or add one: tallyman registry add HOST") }
            let run = try await store.requestRun(
                targets: all.map { RegistryTarget($0)?.description ?? $0 },
                platform: platform ?? "",
                priority: interactive ? 0 : 1
            )
            guard wait else {
                await store.close()
                guard output == .table else { return ConsoleOutput.bytes(try ReportJSON.encode(["run": run])) }
                ConsoleOutput.line("run \(run) requested; follow it with: tallyman fleet status \(run)")
                return
            }
            let notice = InterruptNotice(
                """
                run \(run) goes on in the background
                  follow it:  tallyman fleet status \(run)
                  cancel it:  tallyman fleet cancel \(run)
                """
            )
            let status: RunStatus
            do {
                // No longer: what is printed then is a run that has ended.
                defer { notice.end() }
                status = try await RunWatch(store: store, run: run).untilFinished()
            }
            let summary = try await store.summary(run: run)
            await store.close()
            try FleetOutput.print(summary, status, as: output)
            guard status.run.state != .cancelled else { throw UnavailableError("run \(run) was cancelled") }
            guard status.run.state == .done else {
                throw UnavailableError("run \(run) failed: \(status.run.reason ?? "no reason recorded")")
            }
        }

        /// The targets that a file lists; one that lists none is a mistake, and does not stand for every registry.
        private static func targets(in file: String) throws -> [String] {
            let text = String(decoding: try UserFile.read(file, most: maxBytes), as: UTF8.self)
            var targets: [String] = []
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            for (index, line) in lines.enumerated() {
                let target = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
                if target.isEmpty { continue }
                guard RegistryTarget(target) != nil else {
                    throw InputError("\(file), line \(index + 1): \(target) \(noTarget)")
                }
                targets.append(target)
            }
            guard !targets.isEmpty else { throw InputError("\(file) lists no target") }
            return targets
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Shows a run, the newest by default: what became of its images, what is left and how long it may take.",
            discussion: """
                The time to the end is told from what ended in the last minute: layers, each of
                which counts as a MiB besides its bytes, and images. It is unknown until that
                is enough to tell from. With --waiting each image without an outcome is listed
                with what it waits for: the end of the run's listing, or a layer that is
                queued, leased by a worker, tried again later, or throttled by its registry.
                """
        )
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "The run's number.") var run: Int?
        @Option(name: .shortAndLong, help: "table or json.") var output = Format.table
        @Flag(help: "Say for each image without an outcome what it waits for.") var waiting = false
        @Option(help: "Most images that --waiting lists.") var limit = 1_000

        func validate() throws {
            guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000000") }
        }

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            guard let found = try await store.run(run) else {
                throw InputError(run.map { "there is no run \($0)" } ?? "there is no run yet: tallyman fleet scan")
            }
            if waiting {
                let list = try await WaitingList.read(
                    found,
                    from: store,
                    redis: try fleet.redisURL(),
                    limit: limit
                )
                await store.close()
                return try list.print(as: output)
            }
            let status = try await store.status(run: found.id)
            var summary = try await store.summary(run: found.id)
            summary.progress = try await store.progress(status)
            await store.close()
            try FleetOutput.print(summary, status, as: output)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a run before its time.",
            discussion: """
                Layers and images that wait for a worker, and that no other run waits for,
                leave the queue; what a worker has in hand it finishes, and the result is kept
                for later runs. Images without an outcome count as failed. Reports go by the
                last run that is done, never by one that was cancelled.

                Asked again, nothing happens. A run that has ended by itself is left as it is
                (exit code 64).
                """
        )
        @OptionGroup var fleet: FleetOptions
        @Argument(help: ArgumentHelp("The run's number.", valueName: "run")) var number: Int

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let outcome = try await store.cancel(run: number)
            await store.close()
            switch outcome {
            case .cancelled(let tasks, let images):
                ConsoleOutput.line(
                    "run \(number) is cancelled: \(Figures.plural(tasks, "task")) left the queue, "
                        + "\(Figures.plural(images, "image")) ended without a result"
                )
            case .already: ConsoleOutput.line("run \(number) was cancelled before")
            case .ended(let state): throw UsageError("run \(number) has ended already: it is \(state.rawValue)")
            }
        }
    }

    struct Images: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists a run's images with their outcome.")
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "The run's number; the newest by default.") var run: Int?
        @Option(name: .shortAndLong, help: "table or json.") var output = Format.table
        @Flag(help: "Only those without an outcome, with what they wait for.") var waiting = false

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            if waiting, let found = try await store.run(try await store.requireRun(run)) {
                let list = try await WaitingList.read(
                    found,
                    from: store,
                    redis: try fleet.redisURL(),
                    limit: 1_000_000
                )
                await store.close()
                return try list.print(as: output)
            }
            let images = try await store.images(run: try await store.requireRun(run))
            await store.close()
            try FleetOutput.print(images, as: output)
        }
    }

    struct Failures: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists what a run could not cover, each with its reason: failed, unsupported, gone, not listed."
        )
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "The run's number; the newest by default.") var run: Int?
        @Option(name: .shortAndLong, help: "table or json.") var output = Format.table

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let run = try await store.requireRun(run)
            let uncovered = Set(ImageOutcome.uncovered.map(\.rawValue))
            let images = try await store.images(run: run).filter { uncovered.contains($0.state) }
            let problems = try await store.problems(run: run)
                .map { target, reason in
                    let state = ListGaps.isMeant(by: target) ? "has gaps" : "not listed"
                    return RunImage(image: target, digest: "", state: state, reason: reason)
                }
            await store.close()
            try FleetOutput.print(problems + images, as: output)
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts layers and images that were set aside back into the queue.",
            discussion: "The next run takes their results in; a new run over the same targets retries them as well."
        )
        @OptionGroup var fleet: FleetOptions

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let count = try await store.retryDead()
            await store.close()
            ConsoleOutput.line("\(count) tasks are queued again")
        }
    }

    struct Rematch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Matches what the advisories' changes touch, and shows what changed; nothing is pulled.",
            discussion: """
                An import has the packages matched again that its changes may touch, and a run
                those that it found. This does what is left of it, or all of it with --all.
                """
        )
        @OptionGroup var fleet: FleetOptions
        @Flag(help: "Match every package of the fleet again.") var all = false
        @Option(help: "How many changes to show; all are counted.") var limit = 1_000
        @Option(name: .shortAndLong, help: "table or json.") var output = Format.table

        func validate() throws {
            guard (0...1_000_000).contains(limit) else { throw ValidationError("--limit must be from 0 to 1000000") }
        }

        func run() async throws {
            let store = try await fleet.store(connections: 3)
            let start = ContinuousClock.now
            if all { try await store.forgetMatching() }
            let summary = try await store.rematch(naming: limit)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let delta = try await store.delta(of: summary)
            await store.close()
            let report = RematchReport(
                packages: summary.packages,
                seconds: seconds,
                opened: summary.opened,
                reopened: summary.reopened,
                fixed: summary.closed,
                findings: delta
            )
            ConsoleOutput.text(
                output == .json
                    ? String(decoding: try ReportJSON.encode(report), as: UTF8.self)
                    : report.text(ConsoleOutput.appearance)
            )
        }
    }
}
