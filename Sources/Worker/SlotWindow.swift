import Synchronization

/// How many of a worker's slots take tasks: as many as the network lets wait, and no more than the threads have use for.
///
/// A worker that had many layers in hand while its threads are busy would keep them from workers that have nothing to do;
/// one that had few while its registry is slow to answer would wait with them.
final class SlotWindow: Sendable {
    private let range: ClosedRange<Int>
    private let current: Mutex<Int>

    /// Begins with the lower bound.
    init(_ range: ClosedRange<Int>) {
        self.range = range
        current = Mutex(range.lowerBound)
    }

    /// The slots below this number take tasks.
    var size: Int { current.withLock { $0 } }

    /// Notes that a layer's first bytes arrived, and whether they found a thread free: then there was time for more.
    func noteArrival(hasFreeThread: Bool) {
        current.withLock { size in
            size = min(range.upperBound, max(range.lowerBound, size + (hasFreeThread ? 1 : -1)))
        }
    }
}
