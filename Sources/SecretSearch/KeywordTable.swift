/// Finds any of many keywords in one pass over bytes, whatever the case of their letters.
///
/// The algorithm is that of Wu and Manber ("A Fast Algorithm for Multi-Pattern Searching", 1994): two bytes decide how
/// far the window over the text may jump, so that most bytes are never looked at.
struct KeywordTable: Sendable {
    /// Bytes of the window, and so of the shortest keyword.
    static let window = 4
    /// Bytes of the longest keyword.
    static let maxLength = 64

    /// In small letters.
    let keywords: [[UInt8]]
    /// For each byte its class: letters without case, digits, a few marks, all others.
    private let classes: [UInt8]
    /// How far the window may jump, by the classes of its last two bytes.
    private let shifts: [UInt8]
    /// The keywords that may stand in a window, by the same: where their part of `members` begins.
    private let starts: [UInt16]
    private let members: [UInt16]

    /// `keywords` have between ``window`` and ``maxLength`` bytes, in small letters.
    init(_ keywords: [[UInt8]]) {
        precondition(keywords.count < Int(UInt16.max))
        precondition(keywords.allSatisfy { (Self.window...Self.maxLength).contains($0.count) })
        let classes = (0...255).map { Self.kind(of: UInt8($0)) }
        var shifts = [UInt8](repeating: UInt8(Self.window - 1), count: 4096)
        var lists = [[UInt16]](repeating: [], count: 4096)
        for (number, keyword) in keywords.enumerated() {
            for end in 1..<Self.window {
                let block = Int(classes[Int(keyword[end - 1])]) << 6 | Int(classes[Int(keyword[end])])
                shifts[block] = min(shifts[block], UInt8(Self.window - 1 - end))
                if end == Self.window - 1 { lists[block].append(UInt16(number)) }
            }
        }
        var starts: [UInt16] = [0]
        for list in lists { starts.append((starts.last ?? 0) + UInt16(list.count)) }
        self.keywords = keywords
        self.classes = classes
        self.shifts = shifts
        self.starts = starts
        members = Array(lists.joined())
    }

    static func small(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }

    private static func kind(of byte: UInt8) -> UInt8 {
        let byte = small(byte)
        switch byte {
        case 97...122: return byte - 97
        case 48...57: return byte - 48 + 26
        default:
            return UInt8("_-.\":/ =$@'{}<>#\t\\+".utf8.enumerated().first { $0.element == byte }?.offset ?? 27) + 36
        }
    }

    /// Calls `found` with the number of each keyword and where it begins, in the order of the places.
    func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ found: (_ keyword: Int, _ start: Int) -> Void) {
        guard bytes.count >= Self.window else { return }
        classes.withUnsafeBufferPointer { classes in
            shifts.withUnsafeBufferPointer { shifts in
                var end = Self.window - 1
                while end < bytes.count {
                    let block = Int(classes[Int(bytes[end - 1])]) << 6 | Int(classes[Int(bytes[end])])
                    let shift = shifts[block]
                    guard shift == 0 else {
                        end += Int(shift)
                        continue
                    }
                    let start = end - Self.window + 1
                    for index in Int(starts[block])..<Int(starts[block + 1]) {
                        let number = Int(members[index])
                        if stands(keywords[number], at: start, in: bytes) { found(number, start) }
                    }
                    end += 1
                }
            }
        }
    }

    private func stands(_ keyword: [UInt8], at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard keyword.count <= bytes.count - start else { return false }
        for index in keyword.indices where Self.small(bytes[start + index]) != keyword[index] { return false }
        return true
    }
}
