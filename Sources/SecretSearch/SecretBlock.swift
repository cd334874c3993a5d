/// Where a search is in a stretch of bytes: which line, and where that begins and ends.
struct SecretBlock {
    /// Of the stretch, in the file.
    let start: Int64
    /// In front of the stretch.
    let previous: UInt8
    /// Of the line at hand, counted from the stretch's start: negative where it began before.
    private(set) var lineStart: Int
    /// In front of the line feed; negative before the first place was asked for.
    private(set) var lineEnd = -1
    private(set) var line: Int

    init(start: Int64, lineStart: Int, line: Int, previous: UInt8) {
        self.start = start
        self.lineStart = lineStart
        self.line = line
        self.previous = previous
    }

    /// Goes on to the line of a place, which never lies before the last one.
    mutating func advance(to place: Int, in bytes: UnsafeBufferPointer<UInt8>) {
        guard place > lineEnd || lineEnd < 0 else { return }
        var passed = 0
        for index in max(0, lineEnd)..<max(0, lineEnd, place) where bytes[index] == UInt8(ascii: "\n") { passed += 1 }
        if passed > 0 {
            line += passed
            lineStart = (bytes[..<place].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        }
        lineEnd = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }

    /// The part of the line at hand that a place belongs to.
    func segment(at place: Int, of count: Int) -> Range<Int> {
        let part = lineStart + (place - lineStart) / SecretScanner.stride * SecretScanner.stride
        return max(0, part)..<min(part + SecretScanner.segment, lineEnd)
    }
}
