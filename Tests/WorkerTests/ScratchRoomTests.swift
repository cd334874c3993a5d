import Store
import Testing

@testable import Worker

@Suite("A worker's room for temporary files")
struct ScratchRoomTests {
    private let start = ContinuousClock.now
    private let patience = ScratchPatience()

    private func room(others: Int) -> ScratchRoom {
        let room = ScratchRoom(patience)
        room.note(others: others)
        return room
    }

    private func leaves(_ room: ScratchRoom, _ after: Duration, isSuspect: Bool = true) -> Bool {
        room.leaves(.layer, isSuspect: isSuspect, at: start + after)
    }

    @Test("is short for a while after it was missed, and from each time anew")
    func short() {
        let room = room(others: 1)
        #expect(!leaves(room, .zero))
        room.miss(at: start, isFull: false)
        #expect(leaves(room, .zero) && leaves(room, patience.pause / 2))
        #expect(!leaves(room, patience.pause))
        room.miss(at: start + .seconds(60), isFull: false)
        #expect(leaves(room, .seconds(61)))
    }

    @Test("keeps from this worker at first only the layers that may be blamed for it, and never folds")
    func layersAlone() {
        for others in [0, 1] {
            let room = room(others: others)
            room.miss(at: start, isFull: true)
            #expect(leaves(room, .zero) && !leaves(room, .zero, isSuspect: false))
            #expect(!room.leaves(.inventory, isSuspect: true, at: start))
            #expect(!room.leaves(.inventory, isSuspect: true, at: start + patience.bound))
        }
    }

    @Test("is given up with all layers while the disk is full and others have room, however long")
    func givenUp() {
        let room = room(others: 2)
        room.miss(at: start, isFull: true)
        #expect(room.isFull && !room.hasGivenUp(at: start))
        for time in [patience.pause, patience.bound, .seconds(86_400)] {
            #expect(room.hasGivenUp(at: start + time) && leaves(room, time, isSuspect: false))
            #expect(!room.isHopeless(at: start + time))
        }
        room.found(at: start + .seconds(90_000))
        #expect(!room.hasGivenUp(at: start + .seconds(90_000)) && !leaves(room, .seconds(90_000)))
        // The others have gone, or are as full: somebody has to say so of the layers.
        room.miss(at: start + .seconds(90_001), isFull: true)
        room.note(others: 0)
        #expect(!room.hasGivenUp(at: start + .seconds(99_999)) && !leaves(room, .seconds(99_999)))
    }

    @Test("costs layers nothing before the bound where nobody has any, and then each its next try")
    func hopeless() {
        let room = room(others: 0)
        room.miss(at: start, isFull: true)
        let before = patience.bound - .seconds(1)
        #expect(leaves(room, before) && !room.isHopeless(at: start + before))
        #expect(!leaves(room, patience.bound))
        for second in 0..<500 {
            let time = patience.bound + .seconds(second)
            room.miss(at: start + time, isFull: true)
            #expect(room.isHopeless(at: start + time) && !leaves(room, time))
        }
    }

    @Test("is waited for as long where the others that had some have gone a moment ago, however long the disk is full")
    func othersGone() {
        let room = room(others: 1)
        room.miss(at: start, isFull: true)
        let gone = Duration.seconds(3600)
        room.note(others: 0, at: start + gone)
        #expect(leaves(room, gone) && !room.isHopeless(at: start + gone))
        // They are known to be gone from sign of life to sign of life.
        room.note(others: 0, at: start + gone + .seconds(30))
        #expect(!room.isHopeless(at: start + gone + patience.bound - .seconds(1)))
        #expect(room.isHopeless(at: start + gone + patience.bound) && !leaves(room, gone + patience.bound))
        room.note(others: 1, at: start + gone * 2)
        #expect(!room.isHopeless(at: start + gone * 2) && leaves(room, gone * 2, isSuspect: false))
        room.note(others: 0, at: start + gone * 3)
        #expect(!room.isHopeless(at: start + gone * 3))
    }

    @Test("that is back is used at once, and is another matter when it is missed much later")
    func found() {
        let room = room(others: 0)
        room.miss(at: start, isFull: true)
        room.found(at: start + .seconds(3))
        #expect(!room.isFull && !leaves(room, .seconds(3)))
        room.miss(at: start + .seconds(70), isFull: true)
        #expect(room.isHopeless(at: start + .seconds(70)), "it is the same shortage")
        room.found(at: start + .seconds(71))
        let later = Duration.seconds(70) + ScratchRoom.memory
        room.miss(at: start + later, isFull: true)
        #expect(!room.isHopeless(at: start + later))
    }
}
