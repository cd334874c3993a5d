import Store
import Testing

@testable import Worker

@Suite("A worker's room for temporary files")
struct ScratchRoomTests {
    @Test("is short for a while after it was missed, and from each time anew")
    func short() {
        let room = ScratchRoom()
        let start = ContinuousClock.now
        func leaves(after time: Duration) -> Bool { room.leaves(.layer, isSuspect: true, at: start + time) }
        #expect(!leaves(after: .zero))
        room.miss(at: start)
        #expect(leaves(after: .zero) && leaves(after: ScratchRoom.pause / 2))
        #expect(!leaves(after: ScratchRoom.pause))
        room.miss(at: start + .seconds(60))
        #expect(leaves(after: .seconds(61)))
    }

    @Test("keeps from this worker the layers that may be blamed for it, and nothing else")
    func layersAlone() {
        let room = ScratchRoom()
        let now = ContinuousClock.now
        room.miss(at: now)
        #expect(room.leaves(.layer, isSuspect: true, at: now))
        #expect(!room.leaves(.layer, isSuspect: false, at: now))
        #expect(!room.leaves(.inventory, isSuspect: true, at: now))
    }
}
