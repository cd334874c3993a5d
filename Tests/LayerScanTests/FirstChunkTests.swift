import LayerScan
import Testing

@Suite("Waiting for the first bytes of a download")
struct FirstChunkTests {
    @Test("Who waits for the first chunk goes on when it comes")
    func whoWaitsForFirst() async throws {
        let queue = ChunkQueue()
        async let arrival: Void = queue.firstChunk()
        try await queue.send([1])
        await arrival
        await queue.firstChunk()
    }

    @Test("Who waits for the first chunk goes on when the download fails before it")
    func brokenDownload() async {
        struct Broken: Error {}
        let queue = ChunkQueue()
        async let arrival: Void = queue.firstChunk()
        queue.finish(throwing: Broken())
        await arrival
        #expect(throws: Broken.self) { try queue.next() }
    }
}
