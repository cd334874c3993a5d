import Registry
import ScanModel
import TallymanTesting
import Testing

@Suite("Registry faults: transfers")
struct TransferFaultTests {
    private let content = patterned(100_000)

    private func pull(
        _ registry: FaultRegistry,
        size: Int? = nil,
        isSizeBinding: Bool = true,
        options: RegistryOptions = quickOptions()
    ) async throws -> [UInt8] {
        try await withClient(options) { client in
            var received: [UInt8] = []
            try await client.streamBlob(
                registry: registry.host,
                repository: "a",
                digest: digest(content),
                size: Int64(size ?? content.count),
                isSizeBinding: isSizeBinding
            ) { received += $0 }
            return received
        }
    }

    private func withRegistry(_ body: (FaultRegistry) async throws -> Void) async throws {
        let registry = try FaultRegistry()
        defer { registry.stop() }
        registry.addBlob(content)
        try await body(registry)
    }

    @Test(
        "F35: a layer that drops again and again, wherever, arrives whole and in order",
        arguments: [true, false],
        [true, false]
    )
    func drops(reset: Bool, isSizeBinding: Bool) async throws {
        try await withRegistry { registry async throws in
            for (number, bytes) in [0, 1, 33_333, 2, 60_000].enumerated() {
                let fault = Fault.drop(after: bytes, reset: reset)
                registry.add(fault, at: "a/blobs/", requests: (number + 1)...(number + 1))
            }
            #expect(try await pull(registry, isSizeBinding: isSizeBinding) == content)
            #expect(registry.requests.count == 6)
        }
    }

    @Test("F35: a resumed layer that is answered with the whole is not taken twice, and one at a wrong byte not at all")
    func wrongOffsets() async throws {
        try await withRegistry { registry async throws in
            registry.add(.drop(after: 40_000), at: "a/blobs/", requests: 1...1)
            registry.add(.header("Content-Range", "bytes 39999-99999/100000"), at: "a/blobs/", requests: 2...2)
            registry.add(.ignoringRange(content), at: "a/blobs/", requests: 3...3)
            #expect(try await pull(registry) == content)
            #expect(registry.requests.count == 3)
        }
    }

    @Test("F35: 416 where bytes are missing leads to the whole being asked for")
    func unsatisfied() async throws {
        try await withRegistry { registry async throws in
            registry.add(.drop(after: 40_000), at: "a/blobs/", requests: 1...1)
            registry.add(
                .status(416, [("Content-Range", "bytes */\(content.count)")], text: ""),
                at: "a/blobs/",
                requests: 2...2
            )
            #expect(try await pull(registry) == content)
            #expect(registry.requests.last?.rangeStart == nil)
        }
    }

    @Test("F35: 416 at the end of a layer whose size nobody knew ends it")
    func unsatisfiedAtEnd() async throws {
        try await withRegistry { registry async throws in
            // Neither a length nor as many bytes as the manifest states: only the next answer tells that this was all.
            registry.add(.chunked(by: 7000), at: "a/blobs/", requests: 1...1)
            #expect(try await pull(registry, size: content.count + 5, isSizeBinding: false) == content)
            #expect(registry.requests.last?.rangeStart == content.count)
        }
    }

    @Test("F36: a body that is cut with a clean close is resumed", arguments: [true, false])
    func truncated(isSizeBinding: Bool) async throws {
        try await withRegistry { registry async throws in
            registry.add(.truncated(to: 12_345), at: "a/blobs/", requests: 1...2)
            #expect(try await pull(registry, isSizeBinding: isSizeBinding) == content)
        }
    }

    @Test(
        "F37: where the stated size is a hint, a wrong one does no harm",
        arguments: [1, 50_000, 99_999, 100_001, 1 << 40],
        [true, false]
    )
    func wrongSize(size: Int, isChunked: Bool) async throws {
        try await withRegistry { registry async throws in
            if isChunked { registry.add(.chunked(by: 4096), at: "a/blobs/", requests: 1...1) }
            #expect(try await pull(registry, size: size, isSizeBinding: false) == content)
        }
    }

    @Test("F37: where the stated size is binding, another ends the transfer", arguments: [99_999, 100_001])
    func bindingSize(size: Int) async throws {
        try await withRegistry { registry async throws in
            #expect(await code { _ = try await pull(registry, size: size) } == .badResponse)
            #expect(registry.requests.count == 1)
        }
    }

    @Test("F37: a body without a length that goes on for ever is cut at the stated size")
    func endless() async throws {
        try await withRegistry { registry async throws in
            let more = content + patterned(5000)
            registry.add(
                Fault { request, _ in
                    Fault.chunked(by: 5000).steps(request, Fault.Answer(request, 200, [], more))
                },
                at: "a/blobs/"
            )
            #expect(await code { _ = try await pull(registry) } == .badResponse)
        }
    }

    @Test("F49: a layer that drips fast enough not to look silent is given up, and not begun again")
    func slowloris() async throws {
        try await withRegistry { registry async throws in
            registry.add(.slow(bytes: 500, microseconds: 20_000), at: "a/blobs/")
            var options = quickOptions()
            options.slowTransferGrace = .milliseconds(200)
            options.minimumBytesPerSecond = 500_000
            let error = await failure { _ = try await pull(registry, options: options) }
            #expect(error?.code == .timedOut && error?.isTransient == false)
            #expect(registry.requests.count == 1)
        }
    }

    private var impatientOptions: RegistryOptions {
        var options = quickOptions()
        options.idleTimeout = .milliseconds(500)
        options.maxSlowTries = 2
        return options
    }

    @Test("F49: a layer that is too slow on each new connection as well is left for later, and the rate is told")
    func tooSlowInARow() async throws {
        try await withRegistry { registry async throws in
            registry.add(.slow(bytes: 10, microseconds: 10_000), at: "a/blobs/")
            let error = await failure { _ = try await pull(registry, options: impatientOptions) }
            #expect(error?.code == .timedOut && error?.isTransient == true)
            #expect(error?.message.contains("too slow, ") == true)
            #expect(error?.message.hasSuffix("at least 4096 are expected, 2 times in a row") == true)
            #expect(registry.requests.count == 2)
        }
    }

    @Test("F49: a registry that is slow now and then gives a layer as a whole")
    func slowNowAndThen() async throws {
        try await withRegistry { registry async throws in
            for number in [1, 3] {
                registry.add(.slow(bytes: 10, microseconds: 10_000), at: "a/blobs/", requests: number...number)
            }
            registry.add(.drop(after: 33_333), at: "a/blobs/", requests: 2...2)
            #expect(try await pull(registry, options: impatientOptions) == content)
            #expect(registry.requests.count == 4)
        }
    }

    @Test("F49: what was waited for counts over all tries of a layer")
    func slowInParts() async throws {
        try await withRegistry { registry async throws in
            registry.add(
                Fault { _, answer in
                    [
                        .head(answer.status, answer.headers + [("Connection", "close")]),
                        .bytes(Array(answer.body.prefix(100))), .pause(.milliseconds(100)), .close,
                    ]
                },
                at: "a/blobs/"
            )
            var options = quickOptions()
            options.slowTransferGrace = .milliseconds(500)
            options.minimumBytesPerSecond = 1 << 20
            #expect(await code { _ = try await pull(registry, options: options) } == .timedOut)
            #expect(registry.requests.count < 12)
        }
    }

    @Test("F49: a slow start alone ends nothing")
    func slowStart() async throws {
        try await withRegistry { registry async throws in
            registry.add(.late(by: .milliseconds(400)), at: "a/blobs/")
            var options = quickOptions()
            options.slowTransferGrace = .milliseconds(600)
            options.minimumBytesPerSecond = 1 << 30
            #expect(try await pull(registry, options: options) == content)
        }
    }
}
