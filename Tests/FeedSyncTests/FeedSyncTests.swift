import Advisories
import AdvisoryFile
import Foundation
import TallymanTesting
import Testing

@testable import FeedSync

@Suite("Fetching feeds")
struct FeedSyncTests {
    private let bench = SyncBench()

    private func with(listsFolders: Bool = true, _ body: (FeedServer) async throws -> Void) async throws {
        let server = try FeedServer(listsFolders: listsFolders)
        defer {
            server.server.stop()
            bench.remove()
        }
        server.put("pypi/one.json", SampleFeed.osv("PYSEC-1", "flask", fixed: "2.0"))
        server.put("pypi/more/two.json", SampleFeed.osv("PYSEC-2", "django", fixed: "5.0"))
        server.put("epss/epss_scores-current.csv.gz", SampleFeed.epss("2024-02-01", "0.5"), etag: "\"a\"")
        server.put("kev/known_exploited_vulnerabilities.json", SampleFeed.kev("2024.02.01", "CVE-2024-1"))
        try await body(server)
    }

    @Test("What changed is fetched and imported, and a sync without news leaves every byte as it was")
    func conditional() async throws {
        try await with { server in
            let first = try await bench.fetch(server.url)
            #expect(first.outcomes.map(\.feed) == ["epss", "kev", "pypi"])
            #expect(first.outcomes.allSatisfy { $0.result != .unchanged && $0.result.reason == nil })
            try bench.load(first)
            #expect(try bench.status().map(\.provider) == ["epss", "kev", "pypi"])
            let before = try bench.bytes()
            let second = try await bench.fetch(server.url)
            #expect(second.outcomes.allSatisfy { $0.result == .unchanged })
            let report = try bench.load(second)
            #expect(report.unchanged == ["epss", "kev", "pypi"])
            #expect(try bench.bytes() == before)
            server.put(
                "kev/known_exploited_vulnerabilities.json",
                SampleFeed.kev("2024.03.01", "CVE-2024-2"),
                etag: "b"
            )
            let third = try await bench.fetch(server.url)
            #expect(third.outcomes.filter { $0.result != .unchanged }.map(\.feed) == ["kev"])
            #expect(try bench.load(third).unchanged == ["epss", "pypi"])
            #expect(try bench.status().first { $0.provider == "kev" }?.date == "2024.03.01")
        }
    }

    @Test("Sync and import of the same files give the same file")
    func sameAsImport() async throws {
        try await with { server in
            let fetched = try await bench.fetch(server.url)
            let now = Date(timeIntervalSince1970: 0)
            var options = AdvisoryImport.Options()
            options.folders = fetched.present
            options.fetched = fetched.memory
            try AdvisoryFile.build(at: bench.file, from: [fetched.folder], options: options, now: now)
            let other = bench.folder + "/other.sqlite"
            try AdvisoryFile.build(at: other, from: [fetched.folder], now: now)
            #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == bench.bytes())
        }
    }

    @Test("429 and 5xx, a reset and an answer that breaks off are tried again")
    func retries() async throws {
        try await with { server in
            let path = "kev/known_exploited_vulnerabilities.json"
            server.fail(
                path,
                .reply(500),
                .reply(429, [("Retry-After", "0")]),
                [.head(200, [("Content-Length", "1000")]), .bytes([0x7B]), .close]
            )
            server.fail("pypi/one.json", [.reset])
            let fetched = try await bench.fetch(server.url)
            #expect(fetched.memory.problems.isEmpty)
            #expect(server.taken().count { $0 == path } == 4)
        }
    }

    private static let faults: [(String, [FaultServer.Step], String)] = [
        ("503 for good", .reply(503), "status 503"),
        ("forbidden", .reply(403), "status 403"),
        ("gone", .reply(404), "no such file"),
        ("truncated", [.head(200, [("Content-Length", "1000")]), .bytes([0x7B, 0x22]), .close], "http"),
        ("silent", [.head(200, [("Content-Length", "1000")]), .bytes([0x7B]), .pause(.seconds(1))], "http"),
        ("too large", [.head(200, [("Content-Length", "99999")])], "more than 4096"),
        (
            "too large, without saying so",
            [.head(200, [("Transfer-Encoding", "chunked")])]
                + (0..<10).flatMap { _ in
                    [.bytes(Array("400\r\n".utf8) + [UInt8](repeating: 65, count: 1024) + [13, 10])]
                },
            "more than 4096"
        ),
        ("a web page", .reply(200, [("Content-Type", "text/html; charset=utf-8")], text: "Sign in"), "a web page"),
        ("a web page in disguise", .reply(200, text: "\n<!DOCTYPE html><title>Sign in</title>"), "a web page"),
        ("empty", .reply(200, text: ""), "empty"),
        ("304 unasked", .reply(304), "304"),
        (
            "round in circles", .reply(302, [("Location", "/feeds/kev/known_exploited_vulnerabilities.json")]),
            "redirects"
        ),
        ("to a file", .reply(302, [("Location", "file:///etc/passwd")]), "nowhere safe"),
        ("older", .reply(200, [("Last-Modified", "Sun, 31 Dec 2023 00:00:00 GMT")], text: "{}"), "older"),
    ]

    @Test("A feed that cannot be had stays as it was, with the reason; the others go on", arguments: faults.indices)
    func fault(index: Int) async throws {
        let (name, answer, reason) = Self.faults[index]
        var bench = bench
        bench.options.maxFileBytes = 4096
        bench.options.maxAttempts = 2
        try await with { server in
            let path = "kev/known_exploited_vulnerabilities.json"
            // Unasked is what 304 is on the first sync alone.
            if name != "304 unasked" { try bench.load(try await bench.fetch(server.url)) }
            let cached = name == "304 unasked" ? [] : try bench.cached("kev")
            server.fail(path, answer, answer, answer, answer, answer, answer, answer, answer)
            server.put("pypi/one.json", SampleFeed.osv("PYSEC-1", "flask", fixed: "3.0"), etag: "new")
            let fetched = try await bench.fetch(server.url)
            let found = fetched.outcomes.first { $0.feed == "kev" }?.result.reason
            #expect(found?.contains(reason) == true, "\(name): \(found ?? "no reason")")
            #expect(fetched.outcomes.filter { $0.feed != "kev" }.allSatisfy { $0.result.reason == nil })
            #expect(try bench.cached("kev") == cached, "\(name)")
            try bench.load(fetched)
            let status = try bench.status()
            #expect(status.first { $0.provider == "feed kev" }?.problem?.reason == found)
            #expect(status.contains { $0.provider == "kev" } == (name != "304 unasked"))
            server.fail(path)
            try bench.load(try await bench.fetch(server.url))
            #expect(try bench.status().allSatisfy { $0.problem == nil })
            #expect(try bench.status().contains { $0.provider == "kev" })
        }
    }

    @Test("Redirects are followed")
    func redirect() async throws {
        try await with { server in
            server.put("elsewhere.json", SampleFeed.kev("2024.05.01", "CVE-2024-5"))
            let path = "kev/known_exploited_vulnerabilities.json"
            server.fail(path, .reply(302, [("Location", "../elsewhere.json")]))
            try bench.load(try await bench.fetch(server.url, only: ["kev"]))
            #expect(try bench.status().first?.date == "2024.05.01")
        }
    }

    @Test("Content that is damaged or older leaves its provider as it was, with the reason")
    func content() async throws {
        try await with { server in
            try bench.load(try await bench.fetch(server.url))
            let builds = try bench.status().map(\.build)
            let path = "kev/known_exploited_vulnerabilities.json"
            server.put("epss/epss_scores-current.csv.gz", SampleFeed.epss("2024-01-31", "0.9"), etag: "\"older\"")
            server.put(path, String(SampleFeed.kev("2024.03.01", "CVE-2024-9").dropLast(20)), lastModified: nil)
            server.put("pypi/one.json", SampleFeed.osv("PYSEC-1", "flask", fixed: "9.0"), etag: "new")
            let report = try bench.load(try await bench.fetch(server.url))
            #expect(report.providers.map(\.provider) == ["pypi"])
            let status = try bench.status()
            #expect(status.map(\.build).prefix(2) == builds.prefix(2) && status.last?.build != builds.last)
            #expect(status[0].problem?.reason.contains("older than what is there") == true)
            #expect(status[1].problem != nil && status[2].problem == nil)
            let before = try bench.bytes()
            try bench.load(try await bench.fetch(server.url))
            #expect(try bench.bytes() == before)
        }
    }

    @Test("A mirror that lists nothing is asked for the names that feeds have here")
    func unlisted() async throws {
        try await with(listsFolders: false) { server in
            let fetched = try await bench.fetch(server.url, only: ["epss", "kev", "debian", "unknown"])
            #expect(fetched.present == ["epss", "kev"])
            #expect(Set(fetched.memory.problems.map(\.subject)) == ["feed debian", "feed unknown"])
            #expect(try await bench.fetch(server.url, except: ["kev"]).present == ["epss"])
        }
    }

    @Test("Without a network nothing is fetched, and what was fetched stays")
    func noNetwork() async throws {
        try await with { server in
            try bench.load(try await bench.fetch(server.url))
            server.server.stop()
            try await Task.sleep(for: .milliseconds(50))
            let fetched = try await bench.fetch(server.url, only: ["kev", "pypi"])
            #expect(fetched.hasNothing && fetched.present == ["kev", "pypi"])
            let builds = try bench.status().map(\.build)
            try AdvisoryFile.note(fetched.memory, at: bench.file)
            let status = try bench.status()
            #expect(status.filter(\.isPresent).map(\.build) == builds)
            #expect(status.count { $0.problem != nil } == 2)
        }
    }

    @Test("The time for the whole ends a slow transfer")
    func deadline() async throws {
        var bench = bench
        bench.options.deadline = .milliseconds(400)
        try await with { server in
            let drip = (0..<60).flatMap { _ in [FaultServer.Step.bytes([32]), .pause(.milliseconds(50))] }
            server.fail("kev/known_exploited_vulnerabilities.json", [.head(200, [("Content-Length", "1000")])] + drip)
            let fetched = try await bench.fetch(server.url, only: ["kev"])
            #expect(fetched.outcomes.first?.result.reason?.contains("time for the sync is over") == true)
        }
    }

    @Test("A mirror whose folders lead on and on to others is left after so many")
    func endlessFolders() async throws {
        var bench = bench
        bench.options.maxFiles = 50
        let page = #"<a href="a/">a</a><a href="b/">b</a><a href="c/">c</a>"#
        let server = try FaultServer { _, _ in .reply(200, [("Content-Type", "text/html")], text: page) }
        defer {
            server.stop()
            bench.remove()
        }
        let fetched = try await bench.fetch("\(server.url)/feeds")
        #expect(fetched.hasNothing && fetched.outcomes.count == 3)
        for outcome in fetched.outcomes {
            #expect(outcome.result.reason?.hasSuffix(": more than 50 files or folders") == true)
        }
    }

    @Test(
        "The address of a mirror with a login in it is refused, and the password told to nobody",
        arguments: ["http://u:s3cret@127.0.0.1:1/feeds", "https://s3cret@mirror.test/", "ftp://u:s3cret@mirror.test/"]
    )
    func login(_ address: String) throws {
        let error = #expect(throws: FeedSyncError.self) {
            try FeedSync(root: bench.folder, origin: .mirror(address))
        }
        #expect(error?.code == .usage && error?.message.contains("s3cret") == false)
        #expect(error?.message.hasPrefix("…@") == true)
        let next = try FeedAddress("https://mirror.test/a/").redirect(to: "https://u:p@mirror.test/b")
        #expect(next == nil)
    }

    @Test("A second sync in the same folder is kept out")
    func lock() async throws {
        try await with { server in
            server.fail("kev/known_exploited_vulnerabilities.json", [.pause(.milliseconds(250))] + .reply(500))
            async let first = bench.fetch(server.url)
            try await Task.sleep(for: .milliseconds(120))
            await #expect(throws: FeedSyncError.self) { try await bench.fetch(server.url) }
            _ = try await first
        }
    }

    @Test("A file that the feed no longer has goes")
    func removed() async throws {
        try await with { server in
            _ = try await bench.fetch(server.url)
            server.remove("pypi/more/two.json")
            let fetched = try await bench.fetch(server.url)
            #expect(fetched.outcomes.last?.result == .unchanged)
            try bench.load(fetched)
            #expect(try bench.status().last?.records == 1)
        }
    }
}
