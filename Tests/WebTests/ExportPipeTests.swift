import DedicatedThread
import Dispatch
import Testing

@testable import Web

@Suite("The pipe of an export")
struct ExportPipeTests {
    @Test("all parts come in order, however slow the reader is")
    func order() async throws {
        let pipe = ExportPipe()
        let threads = try ThreadPool(name: "export", threads: 1)
        async let written: Void = threads.run {
            for number in 0..<99 { try pipe.write([UInt8(number)]) }
            pipe.writeLast([99])
            pipe.finish(.success(()))
        }
        var read: [UInt8] = []
        while let part = try await pipe.next() { read += part }
        try await written
        #expect(read == (0..<100).map { UInt8($0) })
    }

    @Test("a writer whose reader takes nothing or has gone is let go")
    func abandoned() async throws {
        let slow = ExportPipe(patience: .milliseconds(20))
        let threads = try ThreadPool(name: "export", threads: 1)
        await #expect(throws: ExportPipe.Abandoned.self) {
            try await threads.run { for _ in 0..<100 { try slow.write([1]) } }
        }
        let gone = ExportPipe()
        let writer = Task { try await threads.run { while true { try gone.write([1]) } } }  // awaited below
        _ = try await gone.next()
        gone.abandon()
        await #expect(throws: ExportPipe.Abandoned.self) { try await writer.value }
        await #expect(throws: ExportPipe.Abandoned.self) { try await gone.next() }
    }

    @Test("a reader that takes a part now and then does not hold the writer for ever")
    func trickle() async throws {
        let pipe = ExportPipe(limit: .milliseconds(200))
        let threads = try ThreadPool(name: "export", threads: 1)
        let writer = Task { try await threads.run { while true { try pipe.write([1]) } } }  // awaited below
        await #expect(throws: ExportPipe.Abandoned.self) {
            while try await pipe.next() != nil { try await Task.sleep(for: .milliseconds(10)) }
        }
        await #expect(throws: ExportPipe.Abandoned.self) { try await writer.value }
    }

    @Test("what breaks the writer reaches the reader, and a reader that is cancelled ends")
    func failures() async throws {
        struct Broken: Error {}
        let broken = ExportPipe()
        broken.finish(.failure(Broken()))
        await #expect(throws: Broken.self) { try await broken.next() }
        let waiting = ExportPipe()
        let task = Task { try await waiting.next() }  // awaited below
        task.cancel()
        await #expect(throws: ExportPipe.Abandoned.self) { try await task.value }
    }

    @Test("only so many heavy requests go at a time")
    func heavy() {
        let heavy = HeavyRequests(limit: 2)
        #expect([heavy.begin(), heavy.begin(), heavy.begin()] == [true, true, false])
        heavy.end()
        #expect(heavy.begin())
    }
}
