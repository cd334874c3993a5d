import Synchronization

/// The values that were asked for last, in two generations: what is found in the old one moves to the young one; when that is
/// full, the old one goes.
///
/// `Key` names all that a value is made of, so that nothing can be out of date.
package final class RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let weight: Int
    }

    private struct Generations {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var weight = 0

        mutating func keep(_ entry: Entry, for key: Key, maxWeight: Int) {
            guard entry.weight <= maxWeight else { return }
            if weight + entry.weight > maxWeight {
                old = young
                young = [:]
                weight = 0
            }
            if young.updateValue(entry, forKey: key) == nil { weight += entry.weight }
        }

        mutating func known(_ key: Key, maxWeight: Int) -> Value? {
            if let entry = young[key] { return entry.value }
            guard let entry = old[key] else { return nil }
            keep(entry, for: key, maxWeight: maxWeight)
            return entry.value
        }
    }

    private let generations = Mutex(Generations())
    private let maxWeight: Int

    /// `maxWeight` bounds either generation, in the unit that values are kept with.
    package init(maxWeight: Int) { self.maxWeight = maxWeight }

    /// The value of this name, where it is at hand.
    package func known(_ key: Key) -> Value? {
        generations.withLock { $0.known(key, maxWeight: maxWeight) }
    }

    /// The values that are at hand, in the order of `keys`.
    package func known(_ keys: [Key]) -> [Value?] {
        generations.withLock { generations in keys.map { generations.known($0, maxWeight: maxWeight) } }
    }

    /// Keeps a value; one that alone weighs more than a generation may hold is not kept.
    package func keep(_ value: Value, for key: Key, weight: Int) { keep([(key, value, weight)]) }

    /// Keeps several values, as one by one.
    package func keep(_ values: [(key: Key, value: Value, weight: Int)]) {
        generations.withLock { generations in
            for (key, value, weight) in values {
                generations.keep(Entry(value: value, weight: weight), for: key, maxWeight: maxWeight)
            }
        }
    }
}
