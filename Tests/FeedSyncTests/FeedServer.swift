import Advisories
import AdvisoryFile
import Foundation
import Synchronization
import TallymanTesting

@testable import FeedSync

/// A mirror whose files a test changes, with the habits of a plain web server: it lists folders and answers 304.
final class FeedServer: Sendable {
    struct File: Sendable {
        var content: [UInt8]
        var lastModified: String? = "Mon, 01 Jan 2024 00:00:00 GMT"
        var etag: String?
    }

    let server: FaultServer
    private let shared: Shared

    init(listsFolders: Bool = true) throws {
        let shared = Shared()
        server = try FaultServer { request, _ in shared.answer(request, listsFolders: listsFolders) }
        self.shared = shared
    }

    var url: String { "\(server.url)/feeds" }

    /// The paths that were asked for since the last call, those of folders left out.
    func taken() -> [String] { shared.taken() }

    func put(_ path: String, _ text: String, lastModified: String? = "Mon, 01 Jan 2024 00:00:00 GMT") {
        put(path, Array(text.utf8), lastModified: lastModified)
    }

    func put(_ path: String, _ bytes: [UInt8], lastModified: String? = "Mon, 01 Jan 2024 00:00:00 GMT") {
        shared.set(path, File(content: bytes, lastModified: lastModified))
    }

    func put(_ path: String, _ text: String, etag: String) {
        shared.set(path, File(content: Array(text.utf8), lastModified: nil, etag: etag))
    }

    func remove(_ path: String) { shared.set(path, nil) }

    /// The next answers about `path`.
    func fail(_ path: String, _ answers: [FaultServer.Step]...) { shared.fail(path, answers) }

    /// What the connections share.
    private final class Shared: Sendable {
        private struct State {
            var files: [String: File] = [:]
            /// Answers in place of a file's, each used once.
            var faults: [String: [[FaultServer.Step]]] = [:]
            var asked: [String] = []
        }

        private let state = Mutex(State())

        func set(_ path: String, _ file: File?) { state.withLock { $0.files[path] = file } }
        func fail(_ path: String, _ answers: [[FaultServer.Step]]) { state.withLock { $0.faults[path] = answers } }

        func taken() -> [String] {
            state.withLock { state in
                defer { state.asked = [] }
                return state.asked
            }
        }

        func answer(_ request: FaultServer.Request, listsFolders: Bool) -> [FaultServer.Step] {
            let path = String(request.path.dropFirst("/feeds/".count))
            return state.withLock { state in
                if path.isEmpty || path.hasSuffix("/") {
                    guard listsFolders else { return .reply(403) }
                    return .reply(200, [("Content-Type", "text/html")], text: Self.page(path, Array(state.files.keys)))
                }
                state.asked.append(path)
                if var faults = state.faults[path], !faults.isEmpty {
                    let next = faults.removeFirst()
                    state.faults[path] = faults
                    return next
                }
                guard let file = state.files[path] else { return .reply(404) }
                var headers: [(String, String)] = []
                if let date = file.lastModified { headers.append(("Last-Modified", date)) }
                if let etag = file.etag { headers.append(("ETag", etag)) }
                let isSame =
                    file.etag.map { request.headers["if-none-match"] == $0 }
                    ?? file.lastModified.map { request.headers["if-modified-since"] == $0 } ?? false
                return isSame ? [.head(304, headers)] : .reply(200, headers, file.content)
            }
        }

        private static func page(_ folder: String, _ files: [String]) -> String {
            let names = files.filter { $0.hasPrefix(folder) }.map { file -> String in
                let parts = file.dropFirst(folder.count).split(separator: "/")
                return String(parts.first ?? "") + (parts.count > 1 ? "/" : "")
            }
            return "<a href=\"../\">..</a>" + Set(names).sorted().map { "<a href=\"\($0)\">\($0)</a>" }.joined()
        }
    }
}

/// A folder with a cache and an advisory file, and the sync between a server and them.
struct SyncBench {
    let folder = NSTemporaryDirectory() + "tallyman-sync-" + UUID().uuidString
    var options = FeedSyncOptions()

    init() {
        options.backoffBase = .milliseconds(1)
        options.backoffLimit = .milliseconds(5)
        options.maxRetryAfter = .milliseconds(10)
        options.deadline = .seconds(20)
        options.idleTimeout = .milliseconds(300)
        options.connectTimeout = .seconds(2)
    }

    var file: String { folder + "/advisories.sqlite" }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }  // A leftover harms nobody.

    func fetch(_ base: String, only: [String] = [], except: [String] = []) async throws -> FeedSyncReport {
        let sync = try FeedSync(root: folder + "/cache", origin: .mirror(base), options: options)
        return try await sync.run(only: only, except: except, thisYear: 2024)
    }

    /// Imports what was fetched.
    @discardableResult
    func load(_ fetched: FeedSyncReport) throws -> ImportReport {
        var options = AdvisoryImport.Options()
        options.folders = fetched.present
        options.fetched = fetched.memory
        return try AdvisoryFile.build(at: file, from: [fetched.folder], options: options)
    }

    func status() throws -> [ProviderStatus] { try AdvisoryFile(path: file).status() }

    func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file)) }

    /// The files in a feed's folder of the cache, hidden ones left out.
    func cached(_ feed: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache/mirror/\(feed)")
            .filter { $0 != ".fetched.json" }.sorted()
    }
}

extension FeedOutcome.Result {
    var reason: String? { if case .failed(let reason) = self { reason } else { nil } }
}

/// Small feeds.
enum SampleFeed {
    static func osv(_ id: String, _ package: String, fixed: String) -> String {
        """
        {"id":"\(id)","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"\(package)"},\
        "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"\(fixed)"}]}]}]}
        """
    }

    static func epss(_ date: String, _ score: String) -> String {
        "#model_version:v2025.03.14,score_date:\(date)T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1,\(score),0.5\n"
    }

    static func kev(_ version: String, _ cve: String) -> String {
        #"{"catalogVersion":"\#(version)","vulnerabilities":[{"cveID":"\#(cve)","dateAdded":"2024-01-01"}]}"#
    }
}
