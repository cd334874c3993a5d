package import Advisories
import DedicatedThread
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What became of one feed.
package struct FeedOutcome: Sendable {
    package enum Result: Sendable, Equatable {
        /// Some of its files are new.
        case fetched(files: Int, bytes: Int)
        case unchanged
        /// What there was of it stays.
        case failed(reason: String)
    }

    package let feed: String
    package let result: Result
    /// Whether its files are there, new or old.
    package let isPresent: Bool
}

/// What a sync brought.
package struct FeedSyncReport: Sendable {
    /// The folder to import, with a folder for each feed.
    package let folder: String
    /// Sorted by feed.
    package let outcomes: [FeedOutcome]

    /// The feeds whose files are there.
    package var present: Set<String> { Set(outcomes.filter(\.isPresent).map(\.feed)) }

    /// Whether no server gave anything.
    package var hasNothing: Bool { outcomes.allSatisfy { if case .failed = $0.result { true } else { false } } }

    /// What an import is to remember of it.
    package var memory: ImportOutcome {
        var memory = ImportOutcome()
        for outcome in outcomes {
            let subject = "feed \(outcome.feed)"
            if case .failed(let reason) = outcome.result {
                memory.problems.append(FeedProblem(subject: subject, reason: reason))
            } else {
                memory.settled.insert(subject)
            }
        }
        return memory
    }
}

/// Brings the files of feeds into a folder, which keeps them so that only what has changed is fetched again.
///
/// A feed of which not every file arrives stays as it was; the others go on.
package struct FeedSync: Sendable {
    /// Where the feeds come from.
    package enum Origin: Sendable {
        case publishers
        /// A server with one folder for each feed.
        case mirror(String)
    }

    private let root: String
    private let origin: Origin
    private let options: FeedSyncOptions
    private let pool: ThreadPool

    /// Prepares to keep feeds from `origin` in the folder `root`; throws where no thread can be had, and `FeedSyncError` where a
    /// mirror's address is none.
    package init(root: String, origin: Origin, options: FeedSyncOptions = .init()) throws {
        if case .mirror(let base) = origin { _ = try FeedAddress(base) }
        self.root = root
        self.origin = origin
        self.options = options
        pool = try ThreadPool(name: "feeds", threads: 2)
    }

    /// The folder to import; mirrored feeds have their own.
    private var folder: String {
        switch origin {
        case .publishers: "\(root)/publishers"
        case .mirror: "\(root)/mirror"
        }
    }

    /// Fetches the feeds.
    ///
    /// - Parameters:
    ///   - only: Names of feeds; empty for the default set, or all that a mirror has.
    ///   - except: Names of feeds to leave out.
    ///   - thisYear: The year in which we are, for feeds that come by year.
    ///   - progress: Called with what is going on.
    /// - Returns: What became of each feed.
    /// - Throws: `FeedSyncError` where the folder cannot be used, another sync holds it, or a name is unknown.
    package func run(
        only: [String] = [],
        except: [String] = [],
        thisYear: Int,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> FeedSyncReport {
        let lock = try await pool.run { [root] in try FolderLock(root) }
        defer { lock.release() }
        let client = FeedClient(options: options)
        let resolver = FeedResolver(client: client, thisYear: thisYear)
        let result: Result<[FeedOutcome], any Error>
        do {
            let names = try await names(only: only, except: except, resolver: resolver)
            result = .success(try await fetch(names, resolver: resolver, progress: progress))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()  // What the transfers came to says more than closing their connections.
        return FeedSyncReport(folder: folder, outcomes: try result.get().sorted { $0.feed < $1.feed })
    }

    /// The feeds to fetch.
    private func names(only: [String], except: [String], resolver: FeedResolver) async throws -> [String] {
        var names = only
        switch origin {
        case .publishers:
            for name in only + except where FeedCatalogue.feed(name) == nil {
                throw FeedSyncError(.usage, "no feed is called \(name): `tallyman advisories sync --list` shows them")
            }
            if only.isEmpty { names = FeedCatalogue.feeds.filter(\.isDefault).map(\.name) }
        case .mirror(let base):
            for name in only where !SafeName.isSafe(name) { throw FeedSyncError(.usage, "no feed is called \(name)") }
            if only.isEmpty { names = try await mirroredNames(try FeedAddress(base).folder, resolver: resolver) }
        }
        let left = Set(except)
        return Array(Set(names).subtracting(left)).sorted()
    }

    /// The folders of a mirror; where it does not list them, those of the feeds that we know.
    private func mirroredNames(_ base: FeedAddress, resolver: FeedResolver) async throws -> [String] {
        do {
            let folders = PageLinks.entries(of: base, in: try await resolver.client.page(base)).folders
            if !folders.isEmpty { return folders }
        } catch let error as FeedSyncError where !error.isTransient {
            // It has no page, and may have the files all the same.
        } catch is FeedSyncError {
            // The feeds say themselves why they cannot be had.
        }
        return FeedCatalogue.feeds.filter(\.isDefault).map(\.name)
    }

    private func fetch(
        _ names: [String],
        resolver: FeedResolver,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> [FeedOutcome] {
        try await withThrowingTaskGroup(of: FeedOutcome.self) { group in
            var outcomes: [FeedOutcome] = []
            for (index, name) in names.enumerated() {
                if index >= options.concurrency, let outcome = try await group.next() { outcomes.append(outcome) }
                group.addTask { try await self.fetch(name, resolver: resolver, progress: progress) }
            }
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    private func fetch(
        _ name: String,
        resolver: FeedResolver,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> FeedOutcome {
        let path = "\(folder)/\(name)"
        var folder = try await pool.run { FeedFolder(path: path) }
        do {
            progress(name)
            let files = try await files(of: name, resolver: resolver)
            let transfer = FeedTransfer(client: resolver.client, options: options, pool: pool)
            let (updated, result) = try await transfer.run(files, into: folder)
            folder = updated
            return FeedOutcome(feed: name, result: result, isPresent: !folder.entries.isEmpty)
        } catch let error as FeedSyncError {
            return FeedOutcome(feed: name, result: .failed(reason: error.message), isPresent: !folder.entries.isEmpty)
        }
    }

    /// The files of a feed: as its publisher says, or what a mirror's folder holds.
    private func files(of name: String, resolver: FeedResolver) async throws -> [RemoteFile] {
        switch origin {
        case .publishers:
            var files: [RemoteFile] = []
            for source in FeedCatalogue.feed(name)?.sources ?? [] { files += try await resolver.files(of: source) }
            return files
        case .mirror(let text):
            guard let folder = try FeedAddress(text).folder.following(name.asPathSegment + "/") else {
                throw FeedSyncError(.usage, "\(name): not a name of a folder")
            }
            do {
                return try await resolver.listing(of: folder, depth: options.maxDepth)
            } catch let error as FeedSyncError where !error.isTransient && error.code != .tooLarge {
                return try known(name, below: folder, thisYear: resolver.thisYear, error)
            }
        }
    }

    /// The files that a feed has at its publisher, on a mirror that does not list its folders.
    private func known(
        _ name: String,
        below folder: FeedAddress,
        thisYear: Int,
        _ error: FeedSyncError
    ) throws -> [RemoteFile] {
        let names = FeedCatalogue.feed(name)?.sources.flatMap { $0.names(thisYear: thisYear) } ?? []
        guard !names.isEmpty else { throw error }
        return names.compactMap { file in
            folder.following(file.asPathSegment).map { RemoteFile(name: file, address: $0, isOptional: true) }
        }
    }
}

/// Keeps a second sync out of a folder.
private final class FolderLock: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw FeedSyncError(.folder, "\(path) cannot be made: \(error.localizedDescription)")
        }
        descriptor = open("\(path)/.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw FeedSyncError(.folder, "\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw FeedSyncError(.folder, "\(path): another sync is writing it")
        }
    }

    func release() { close(descriptor) }
}
