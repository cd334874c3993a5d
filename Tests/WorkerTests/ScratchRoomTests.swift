import Testing

@testable import Worker

@Suite("A worker's room for temporary files")
struct ScratchRoomTests {
    @Test("is short for a while after it was missed, and from each time anew")
    func short() {
        let room = ScratchRoom()
        let start = ContinuousClock.now
        #expect(!room.isShort(at: start))
        room.miss(at: start)
        #expect(room.isShort(at: start) && room.isShort(at: start + ScratchRoom.pause / 2))
        #expect(!room.isShort(at: start + ScratchRoom.pause))
        room.miss(at: start + .seconds(60))
        #expect(room.isShort(at: start + .seconds(61)))
    }
}
