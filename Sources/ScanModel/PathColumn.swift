/// Absolute paths, one after the other in one buffer, so that they can be gone through without a value for each.
package struct PathColumn: Sendable {
    private static let slash = UInt8(ascii: "/")

    /// Each path with a `/` in front.
    package private(set) var bytes: [UInt8] = []
    /// Where each path ends in them.
    package private(set) var ends: [Int] = []

    package init() {}

    package var count: Int { ends.count }

    /// Where the path at `place` stands in ``bytes``.
    package func range(at place: Int) -> Range<Int> { (place == 0 ? 0 : ends[place - 1])..<ends[place] }

    package subscript(place: Int) -> LayerPath { LayerPath(clean: Array(bytes[range(at: place).dropFirst()])) }

    /// Adds a path that is relative to the root.
    package mutating func append(_ path: [UInt8]) {
        bytes.append(Self.slash)
        bytes.append(contentsOf: path)
        ends.append(bytes.count)
    }

    /// Adds a path as it is, with a `/` in front.
    package mutating func append(absolute path: some Collection<UInt8>) {
        bytes.append(contentsOf: path)
        ends.append(bytes.count)
    }

    /// The first place of an absolute path among paths that are in order; `nil` where it is none of them.
    package func firstPlace(of path: some Sequence<UInt8>) -> Int? {
        // Compared where they lie: an array of each path that is looked at would be a copy.
        let wanted = Array(path)
        return wanted.withUnsafeBytes { wanted in
            bytes.withUnsafeBytes { bytes in
                func compare(_ place: Int) -> Int {
                    ByteOrder.compare(UnsafeRawBufferPointer(rebasing: bytes[range(at: place)]), wanted)
                }
                var low = 0
                var high = count
                while low < high {
                    let middle = (low + high) / 2
                    if compare(middle) < 0 { low = middle + 1 } else { high = middle }
                }
                return low < count && compare(low) == 0 ? low : nil
            }
        }
    }
}
