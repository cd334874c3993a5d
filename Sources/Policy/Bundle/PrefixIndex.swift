import ScanModel

/// Texts, each with numbers, by which others may begin: all of those are found at once.
///
/// In the order of their bytes, all texts between a beginning and what begins with it begin with it, too. So the last text
/// that is not behind another begins with whatever of them that one begins with, and knows the next shorter of those.
struct PrefixIndex: Sendable {
    private struct Entry: Sendable {
        /// Where its text is in `texts`.
        let text: Range<Int>
        /// Where its numbers are in `numbers`.
        let numbers: Range<Int>
        /// The place of the longest other text that this one begins with; below zero for none.
        let shorter: Int
    }

    /// In the order of their texts' bytes.
    ///
    /// Texts and numbers lie beside them: of entries with arrays each look would count references.
    private let entries: [Entry]
    private let texts: [UInt8]
    private let numbers: [Int]

    init(_ numbers: [[UInt8]: [Int]]) {
        var entries: [Entry] = []
        var texts: [UInt8] = []
        var all: [Int] = []
        for (text, numbers) in numbers.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            var shorter = entries.count - 1
            while shorter >= 0, !text.starts(with: texts[entries[shorter].text]) { shorter = entries[shorter].shorter }
            let entry = Entry(
                text: texts.count..<texts.count + text.count,
                numbers: all.count..<all.count + numbers.count,
                shorter: shorter
            )
            entries.append(entry)
            texts += text
            all += numbers
        }
        self.entries = entries
        self.texts = texts
        self.numbers = all
    }

    /// Adds the numbers of all texts that `text` begins with.
    func add(to found: inout [Int], beginningsOf text: String) {
        guard !entries.isEmpty else { return }
        var text = text
        // Compared where they lie: ids are asked for by the thousand, and an array of each would be a copy. Both pointers are
        // kept by nobody.
        var place = text.withUTF8 { text in
            texts.withUnsafeBytes { texts in
                Self.longest(entries, texts, UnsafeRawBufferPointer(text))
            }
        }
        while place >= 0 {
            found += numbers[entries[place].numbers]
            place = entries[place].shorter
        }
    }

    /// The place of the longest entry that `text` begins with; below zero where it begins with none.
    ///
    /// The pointers are the caller's, for as long as this runs; ``Entry/text`` was counted as `texts` was filled.
    private static func longest(
        _ entries: [Entry],
        _ texts: UnsafeRawBufferPointer,
        _ text: UnsafeRawBufferPointer
    ) -> Int {
        func own(_ place: Int) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: texts[entries[place].text])
        }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if ByteOrder.compare(own(middle), text) > 0 { high = middle } else { low = middle + 1 }
        }
        var place = low - 1
        while place >= 0, !text.starts(with: own(place)) { place = entries[place].shorter }
        return place
    }
}
