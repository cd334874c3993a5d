import Foundation
import Registry
import ScanModel
import Synchronization
import TallymanTesting
import Testing

@Suite("Catalogs and tag lists")
struct ListTests {
    private func names(_ range: Range<Int>) -> [String] { range.map { "repo/r\($0)" } }

    private func body(_ names: [String]) -> String {
        #"{"repositories":[\#(names.map { "\"\($0)\"" }.joined(separator: ","))]}"#
    }

    private func read(_ server: FaultServer) async throws -> (names: [String], summary: CatalogSummary) {
        try await withClient { client in
            var found: [String] = []
            let summary = try await client.catalog(server.host) { found += $0 }
            return (found, summary)
        }
    }

    @Test("F42: relative and absolute links are followed to the end", arguments: [0, 1, 2, 3])
    func links(form: Int) async throws {
        let server = try FaultServer { request, _ in
            let host = request.headers["host"] ?? ""
            guard request.target.contains("last=") else {
                let query = "_catalog?last=x&n=2"
                let target = ["/v2/\(query)", "http://\(host)/v2/\(query)", query, "?last=x&n=2"][form]
                return .reply(200, [("Link", "<\(target)>; rel=\"next\"")], text: body(names(0..<2)))
            }
            return .reply(200, text: body(names(2..<3)))
        }
        defer { server.stop() }
        let (found, summary) = try await read(server)
        #expect(found == names(0..<3))
        #expect(summary.problems.isEmpty)
        #expect(server.requests.first?.target == "/v2/_catalog?n=1000")
    }

    @Test("Whether a registry answers costs one page, however many tags there are")
    func oneTag() async throws {
        let server = try FaultServer { _, _ in
            .reply(200, [("Link", "</v2/a/tags/list?n=1&last=1>; rel=\"next\"")], text: #"{"tags":["1"]}"#)
        }
        defer { server.stop() }
        try await withClient { client in try await client.askForTag(server.host, repository: "a") }
        #expect(server.requests.map(\.target) == ["/v2/a/tags/list?n=1"])
    }

    @Test("F42: a missing link does not end a list that goes on")
    func missingLink() async throws {
        let all = names(0..<250)
        let server = try FaultServer { request, _ in
            let last = request.target.range(of: "last=").map { String(request.target[$0.upperBound...]) }
            let start =
                last.flatMap { text in all.firstIndex { $0 == text.replacing("%2F", with: "/") } }.map { $0 + 1 } ?? 0
            return .reply(200, text: body(Array(all[start..<min(start + 100, all.count)])))
        }
        defer { server.stop() }
        let (found, summary) = try await read(server)
        #expect(found == all)
        #expect(summary.repositories == 250)
    }

    @Test(
        "F42: links in a circle, repeated pages and links elsewhere end the list with a problem",
        arguments: [0, 1, 2, 3]
    )
    func circles(kind: Int) async throws {
        let server = try FaultServer { _, number in
            let target = [
                "/v2/_catalog?n=1000", "/v2/_catalog?page=\(number)", "http://elsewhere.test/v2/_catalog", "http://a b",
            ][kind]
            return .reply(200, [("Link", "<\(target)>; rel=next")], text: body(names(0..<5)))
        }
        defer { server.stop() }
        let (found, summary) = try await read(server)
        #expect(found == names(0..<5))
        #expect(summary.problems.count == 1)
        #expect(server.requests.count <= 5)
    }

    @Test("F42: names that are none are left out and counted as a problem")
    func hostileNames() async throws {
        let server = try FaultServer { _, _ in
            .reply(200, text: #"{"repositories":["ok","../../etc","A","a b","x?y"]}"#)
        }
        defer { server.stop() }
        let (found, summary) = try await read(server)
        #expect(found == ["ok"])
        #expect(summary.problems.count == 4)
    }

    @Test("F42: a list of tags that breaks off is not whole; one with names that are none is")
    func wholeTags() async throws {
        let server = try FaultServer { request, _ in
            let links = request.target.contains("circle") ? [("Link", "<\(request.target)>; rel=next")] : []
            return .reply(200, links, text: #"{"tags":["1","a b"]}"#)
        }
        defer { server.stop() }
        try await withClient { client in
            let gaps = try await client.tags(server.host, repository: "gaps")
            #expect(gaps.tags == ["1"] && gaps.problems.count == 1 && gaps.isWhole)
            let circle = try await client.tags(server.host, repository: "circle")
            #expect(circle.tags == ["1"] && circle.problems.count == 2 && !circle.isWhole)
        }
    }

    @Test("a registry that refuses the page size is asked for less")
    func pageSize() async throws {
        let server = try FaultServer { request, _ in
            request.target.hasSuffix("n=1000") ? .reply(400) : .reply(200, text: body(["a"]))
        }
        defer { server.stop() }
        #expect(try await read(server).names == ["a"])
    }

    @Test(
        "an empty list may be written as null",
        arguments: [#"{"repositories":null}"#, #"{"repositories":[]}"#, "{}"]
    )
    func empty(text: String) async throws {
        let server = try FaultServer { _, _ in .reply(200, text: text) }
        defer { server.stop() }
        #expect(try await read(server).names.isEmpty)
    }

    @Test(
        "a page that is no list, or too long, is an error",
        arguments: [("[]", 100, "bad_response"), ("{}", 1, "too_large")]
    )
    func badPages(text: String, limit: Int, expected: String) async throws {
        let server = try FaultServer { _, _ in .reply(200, text: text) }
        defer { server.stop() }
        var options = quickOptions()
        options.maxListBytes = limit
        try await withClient(options) { client in
            #expect(await code { _ = try await client.catalog(server.host) { _ in } }?.rawValue == expected)
        }
    }

    @Test("the failure of a page handler is the caller's")
    func handlerFails() async throws {
        struct Stop: Error {}
        let server = try FaultServer { _, _ in .reply(200, text: body(["a"])) }
        defer { server.stop() }
        try await withClient { client in
            await #expect(throws: Stop.self) { _ = try await client.catalog(server.host) { _ in throw Stop() } }
        }
    }
}
