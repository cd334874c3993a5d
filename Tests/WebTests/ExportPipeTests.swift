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

    @Test("an export that is ended with parts left to take does not look whole, and one that was taken is")
    func endedLate() async throws {
        let cut = ExportPipe()
        cut.writeLast([1])
        cut.finish(.success(()))
        cut.abandon(ExportPipe.Abandoned(reason: "slow"))
        await #expect(throws: ExportPipe.Abandoned.self) { try await cut.next() }
        let whole = ExportPipe()
        whole.writeLast([1])
        whole.finish(.success(()))
        #expect(try await whole.next() == [1])
        whole.abandon()
        #expect(try await whole.next() == nil)
    }

    @Test("a client is slow that keeps the database waiting and takes little")
    func pace() {
        let start = ContinuousClock.now
        func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }
        let bounds = ExportBounds(bytesPerSecond: 100, window: .seconds(60))
        var slow = ExportPace(bounds, now: start)
        slow.beginWait(at(5))
        slow.take(1000)
        #expect(!slow.isSlow(at(59)))
        #expect(slow.isSlow(at(61)))
        slow.endWait(at(70))
        #expect(slow.isSlow(at(71)))
        // It has caught up within the next window.
        slow.take(10_000)
        slow.beginWait(at(75))
        slow.endWait(at(130))
        #expect(!slow.isSlow(at(131)))
        // A database that is long in coming is not its client's fault.
        var patient = ExportPace(bounds, now: start)
        patient.beginWait(at(90))
        #expect(!patient.isSlow(at(100)))
    }

    @Test("only so many heavy requests go at a time")
    func heavy() throws {
        let heavy = HeavyRequests(limit: 2)
        let first = try #require(heavy.begin())
        var second = heavy.begin()
        #expect(second != nil)
        #expect(heavy.begin() == nil)
        first.end()
        first.end()
        let third = try #require(heavy.begin())
        #expect(heavy.begin() == nil)
        // One that nobody refers to any more has ended.
        second = nil
        let fourth = try #require(heavy.begin())
        withExtendedLifetime((first, third, fourth)) { #expect(heavy.begin() == nil) }
    }

    @Test("who finds no place has one slow export ended, and none that keeps up")
    func places() async throws {
        let heavy = HeavyRequests(limit: 2)
        let slow = ExportPipe(bounds: ExportBounds(bytesPerSecond: 1, window: .zero))
        let quick = ExportPipe()
        let places = [try #require(heavy.begin()), try #require(heavy.begin())]
        places[0].stream(through: quick)
        places[1].stream(through: slow)
        // Nothing was waited for yet.
        #expect(heavy.begin() == nil)
        #expect(!slow.isAbandoned)
        let threads = try ThreadPool(name: "export", threads: 1)
        let writer = Task { try await threads.run { while true { try slow.write([1]) } } }  // awaited below
        while !slow.isAbandoned {
            #expect(heavy.begin() == nil)
            await Task.yield()
        }
        await #expect(throws: ExportPipe.Abandoned.self) { try await writer.value }
        #expect(!quick.isAbandoned)
        places[1].end()
        let next = try #require(heavy.begin())
        withExtendedLifetime((places, next)) { #expect(heavy.begin() == nil) }
    }
}
