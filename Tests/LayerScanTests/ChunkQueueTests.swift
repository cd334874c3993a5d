import Bytes
import LayerScan
import ScanModel
import TallymanTesting
import Testing

@Suite("The queue between a download and its analysis")
struct ChunkQueueTests {
    @Test("A slow sender and a reader on its own thread see the same bytes", arguments: [1, 2, 16])
    func passes(capacity: Int) async throws {
        var tar = TarBuilder()
        tar.file("usr/lib/node_modules/x/package.json", #"{"name":"x","version":"1"}"#)
        let blob = GzipBuilder.member(tar.archive)
        let queue = ChunkQueue(capacity: capacity)
        async let layer = onThread { try LayerScanner().scan(queue, expected: nil) }
        for start in stride(from: 0, to: blob.count, by: 37) {
            try await queue.send(Array(blob[start..<min(start + 37, blob.count)]))
        }
        queue.finish()
        #expect(try await layer.report.evidence.flatMap(\.packages).map(\.package.name) == ["x"])
    }

    @Test("What broke the download comes out behind the bytes that arrived")
    func failure() async throws {
        struct Broken: Error {}
        let queue = ChunkQueue()
        try await queue.send([1, 2])
        queue.finish(throwing: Broken())
        #expect(try Array(queue.next()) == [1, 2])
        #expect(throws: Broken.self) { try queue.next() }
    }

    @Test("A reader that leaves lets a waiting sender go and tells it at its next chunk")
    func close() async throws {
        let queue = ChunkQueue(capacity: 1)
        async let sent: Void = queue.send([1])
        queue.close()
        _ = try? await sent  // either it was in before the reader left, or it is told so
        await #expect(throws: LayerScanError.self) { try await queue.send([2]) }
    }

    @Test("A reader that gets nothing for its time gives up")
    func idle() throws {
        let queue = ChunkQueue(idleSeconds: 0)
        #expect { try queue.next() } throws: { ($0 as? LayerScanError)?.code == .cancelled }
    }
}
