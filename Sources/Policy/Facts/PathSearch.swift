import Glibc
import ScanModel

extension PathColumn {
    /// Bytes of paths that are looked through at a time: few enough to stay in the processor's first cache.
    private static let pieceBytes = 16 << 10

    /// The places, in order, of the paths that hold one of some texts in whatever case and that `isWanted`.
    ///
    /// `literals` are in small ASCII letters; without any, `isWanted` is asked about every path. An expression takes a step
    /// for each byte of each path, where the C library's search for a byte takes sixteen at once, and few paths hold the text.
    /// Throws what `isWanted` does.
    func places<Failure: Error>(
        holding literals: [[UInt8]],
        where isWanted: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Bool
    ) throws(Failure) -> [Int] {
        // An array of each path that is looked at would be a copy. `withUnsafeBufferPointer` takes no typed throws.
        try bytes.withUnsafeBufferPointer { bytes in
            Result { () throws(Failure) in
                var found: [Int] = []
                func ask(_ place: Int) throws(Failure) {
                    if try isWanted(UnsafeBufferPointer(rebasing: bytes[range(at: place)])) { found.append(place) }
                }
                guard !literals.isEmpty, literals.allSatisfy({ !$0.isEmpty }) else {
                    for place in 0..<count { try ask(place) }
                    return found
                }
                var start = 0
                while start < count {
                    let piece = piece(from: start)
                    let range = range(at: start).lowerBound..<range(at: piece.upperBound - 1).upperBound
                    let small = Self.small(UnsafeBufferPointer(rebasing: bytes[range]))
                    for place in places(in: piece, from: range.lowerBound, small, holding: literals) { try ask(place) }
                    start = piece.upperBound
                }
                return found
            }
        }.get()
    }

    /// The places of some paths beside each other, one at least.
    private func piece(from start: Int) -> Range<Int> {
        let first = range(at: start).lowerBound
        var end = start + 1
        while end < count, ends[end] - first <= Self.pieceBytes { end += 1 }
        return start..<end
    }

    /// With ASCII's capitals as small letters.
    ///
    /// Written without a check of each index, which lets the compiler do sixteen at a time: by `map` it took longer than matching.
    private static func small(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count) { small, count in
            for place in 0..<bytes.count {
                let byte = bytes[place]
                small[place] = byte &- 65 < 26 ? byte | 0x20 : byte
            }
            count = bytes.count
        }
    }

    /// Where in a text, which is not empty, that letter is that paths have the fewest of.
    private static func rarest(of literal: [UInt8]) -> Int {
        literal.indices.min { rank(literal[$0]) < rank(literal[$1]) } ?? 0
    }

    private static func rank(_ byte: UInt8) -> Int { frequent.firstIndex(of: byte) ?? -1 }

    /// What paths have most of, the rarest first.
    private static let frequent = Array("vwxkyjbgfh0123456789_-mpudlcrnoitas.e/".utf8)

    /// The places in a piece, in order, whose paths hold a text; a text that begins in one path and ends in the next may
    /// name one too many.
    private func places(
        in piece: Range<Int>,
        from first: Int,
        _ small: [UInt8],
        holding literals: [[UInt8]]
    ) -> [Int] {
        var places: Set<Int> = []
        // The C library takes pointers; none outlives the search.
        small.withUnsafeBytes { small in
            guard let base = small.baseAddress else { return }
            for literal in literals {
                let rare = Self.rarest(of: literal)
                var place = piece.lowerBound
                var from = rare
                while from < small.count, let hit = memchr(base + from, Int32(literal[rare]), small.count - from) {
                    let start = UnsafeRawPointer(hit) - base - rare
                    from = start + rare + 1
                    guard small[start...].starts(with: literal) else { continue }
                    while ends[place] - first <= start { place += 1 }
                    places.insert(place)
                    from = max(from, ends[place] - first + rare)
                }
            }
        }
        return places.sorted()
    }
}
