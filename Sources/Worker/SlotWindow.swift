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

    /// Notes how long a layer's first bytes took to come, and how long they then waited for a thread.
    ///
    /// Many may come in one moment and wait for each other a little: what counts is which of the waits is the longer.
    func note(network: Duration, thread: Duration) {
        current.withLock { size in
            if thread * 2 <= network {
                size = min(range.upperBound, size + 1)
            } else if thread > network {
                size = max(range.lowerBound, size - 1)
            }
        }
    }
}
