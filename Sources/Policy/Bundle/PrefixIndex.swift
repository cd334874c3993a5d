import ScanModel

/// Texts, each with numbers, by which others may begin: all of those are found at once.
///
/// In the order of their bytes, all texts between a beginning and what begins with it begin with it, too. So the last text
/// that is not behind another begins with whatever of them that one begins with, and knows the next shorter of those.
struct PrefixIndex: Sendable {
    private struct Entry: Sendable {
        let text: [UInt8]
        let numbers: [Int]
        /// The place of the longest other text that this one begins with; below zero for none.
        let shorter: Int
    }

    /// In the order of their texts' bytes.
    private let entries: [Entry]

    init(_ numbers: [[UInt8]: [Int]]) {
        var entries: [Entry] = []
        for (text, numbers) in numbers.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var shorter = entries.count - 1
            while shorter >= 0, !text.starts(with: entries[shorter].text) { shorter = entries[shorter].shorter }
            entries.append(Entry(text: text, numbers: numbers, shorter: shorter))
        }
        self.entries = entries
    }

    /// Adds the numbers of all texts that `text` begins with.
    func add(to found: inout [Int], beginningsOf text: String) {
        guard !entries.isEmpty else { return }
        var text = text
        // Compared where it lies: ids are asked for by the thousand, and an array of each would be a copy.
        text.withUTF8 { text in
            var low = 0
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if isBehind(entries[middle].text, text) { high = middle } else { low = middle + 1 }
            }
            var place = low - 1
            while place >= 0, !text.starts(with: entries[place].text) { place = entries[place].shorter }
            while place >= 0 {
                found += entries[place].numbers
                place = entries[place].shorter
            }
        }
    }

    // The pointers are those of the caller and of the entry, and are kept by nobody.
    private func isBehind(_ entry: [UInt8], _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        entry.withUnsafeBytes { ByteOrder.compare($0, UnsafeRawBufferPointer(text)) > 0 }
    }
}
