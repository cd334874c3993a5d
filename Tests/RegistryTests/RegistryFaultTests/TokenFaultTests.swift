import Registry
import ScanModel
import Synchronization
import TallymanTesting
import Testing

@Suite("Registry faults: tokens")
struct TokenFaultTests {
    private let content = patterned(120_000)

    private func pull(_ client: RegistryClient, _ registry: FaultRegistry) async throws -> [UInt8] {
        try await client.verifiedBlob(
            registry: registry.host,
            repository: "a",
            digest: digest(content),
            size: Int64(content.count),
            maxBytes: 1 << 20
        )
    }

    @Test("F33: a token that ends in the middle of a layer is replaced, and the layer goes on at its byte")
    func midLayer() async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.addBlob(content)
        registry.demandNewTokens()
        let drop = Fault.drop(after: 50_000)
        registry.add(
            Fault { request, answer in
                registry.demandNewTokens()
                return drop.steps(request, answer)
            },
            at: "a/blobs/",
            requests: 2...2
        )
        try await withClient { client async throws in #expect(try await pull(client, registry) == content) }
        #expect(registry.tokensIssued == 2)
        #expect(registry.requests.last?.rangeStart == 50_000)
    }

    @Test("F33: requests whose token has ended ask for one new token together")
    func together() async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.add(TestImage(layers: []), as: "a", tag: "1")
        registry.demandNewTokens()
        try await withClient { client in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<20 { group.addTask { try await client.tags(registry.host, repository: "a").tags } }
                for try await tags in group { #expect(tags == ["1"]) }
            }
        }
        #expect(registry.tokensIssued == 1)
    }

    @Test("F33: a server that does not know the new token yet is asked again, one that never took a login is not")
    func replicas() async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.add(TestImage(layers: []), as: "a", tag: "1")
        registry.demandNewTokens()
        let challenge = ("WWW-Authenticate", #"Bearer realm="\#(registry.url)/token""#)
        registry.add(.status(401, [challenge]), at: "a/tags", requests: 3...4)
        registry.add(.status(401, [challenge]), at: "b/tags")
        try await withClient { client async throws in
            for _ in 0..<2 { #expect(try await client.tags(registry.host, repository: "a").tags == ["1"]) }
            #expect(await code { _ = try await client.tags(registry.host, repository: "b") } == .unauthorized)
        }
        #expect(registry.requests.filter { $0.path.hasPrefix("/v2/a/") }.count == 5)
        // One without a login, and two logins.
        #expect(registry.requests.filter { $0.path.hasPrefix("/v2/b/") }.count == 3)
    }

    @Test("F33: a token that ended before it was used for the first time is replaced too")
    func endedUnused() async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.add(TestImage(layers: []), as: "a", tag: "1")
        registry.demandNewTokens()
        registry.add(
            .status(401, [("WWW-Authenticate", #"Bearer realm="\#(registry.url)/token""#)]),
            at: "a/tags",
            requests: 2...2
        )
        try await withClient { client async throws in
            #expect(try await client.tags(registry.host, repository: "a").tags == ["1"])
        }
        #expect(registry.tokensIssued == 2)
    }
}
