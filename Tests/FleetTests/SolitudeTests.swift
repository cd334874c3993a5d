import Synchronization
import TallymanTesting
import Testing

@testable import Worker

@Suite("Work that must be alone")
struct SolitudeTests {
    /// Sees who is at work at the same time.
    private final class Room: Sendable {
        struct Presence {
            var running = 0
            var isTaken = false
            var finished = 0
            var most = 0
        }

        let presence = Mutex(Presence())

        func enter(alone: Bool) {
            presence.withLock { presence in
                #expect(alone ? presence.running == 0 : !presence.isTaken)
                presence.running += 1
                presence.isTaken = alone
                presence.most = max(presence.most, presence.running)
            }
        }

        func leave() {
            presence.withLock { presence in
                presence.running -= 1
                presence.isTaken = false
                presence.finished += 1
            }
        }
    }

    @Test("has nothing beside it, and everything gets its turn", .timeLimit(.minutes(1)), arguments: [1, 2, 3, 4, 5])
    func alone(seed: UInt64) async throws {
        let solitude = Solitude()
        let room = Room()
        var random = SeededRandom(seed: seed)
        let pieces = (0..<300).map { _ in (isAlone: random.oneIn(5), pause: random.below(300)) }
        await withTaskGroup(of: Void.self) { group in
            for piece in pieces {
                group.addTask { await work(piece.isAlone, piece.pause, solitude, room) }
            }
        }
        #expect(room.presence.withLock { $0.finished } == 300)
        #expect(room.presence.withLock { $0.most } > 1)
    }

    /// What fails gives its place back as well.
    private func work(_ isAlone: Bool, _ pause: Int, _ solitude: Solitude, _ room: Room) async {
        do {
            try await solitude.run(alone: isAlone) {
                room.enter(alone: isAlone)
                try await Task.sleep(for: .microseconds(pause))
                room.leave()
                if pause % 7 == 0 { throw CancellationError() }
            }
            #expect(pause % 7 != 0)
        } catch {
            #expect(pause % 7 == 0)
        }
    }
}
