#if canImport(Glibc)
    import Glibc
#endif

/// Looks for patterns in the bytes of one file; the work for each is linear in the file's size.
struct BinarySearch {
    /// Zeros that a step takes at most: between texts, linkers pad with less than 64.
    private static let maxZeros = 256
    /// Steps that may be tried in small files; real searches try some hundreds.
    private static let minSteps = 50_000
    /// In large files one step may be tried for so many bytes.
    private static let bytesPerStep = 32

    let buffer: UnsafeRawBufferPointer
    /// The version in the file's name: `3.11` in `python3.11`.
    let named: ArraySlice<UInt8>
    /// Whether some search was given up because its anchor was found too often.
    private(set) var isCutShort = false
    /// Steps that the present search may still try.
    private var stepsLeft = 0

    init(_ buffer: UnsafeRawBufferPointer, named: ArraySlice<UInt8>) {
        self.buffer = buffer
        self.named = named
    }

    /// Whether the file holds a text.
    func holds(_ text: TextSearch) -> Bool { text.offset(in: buffer, from: 0) != nil }

    /// The place of the version that the pattern finds first.
    mutating func version(_ pattern: BinaryPattern) -> Range<Int>? {
        stepsLeft = Self.minSteps + buffer.count / Self.bytesPerStep
        defer { if stepsLeft <= 0 { isCutShort = true } }
        return switch pattern.anchor {
        case .text(let index, let text): versionByText(pattern.steps, index, text)
        case .dot(let index): versionByDot(pattern.steps, index)
        }
    }

    private mutating func versionByText(
        _ steps: [BinaryPattern.Step],
        _ anchor: Int,
        _ text: TextSearch
    ) -> Range<Int>? {
        var from = 0
        while stepsLeft > 0, let hit = text.offset(in: buffer, from: from) {
            var found: Range<Int>?
            if goBack(steps, anchor - 1, hit, &found), goOn(steps, anchor + 1, hit + text.text.count, &found) {
                return found
            }
            from = hit + 1
        }
        return nil
    }

    private mutating func versionByDot(_ steps: [BinaryPattern.Step], _ anchor: Int) -> Range<Int>? {
        guard let base = buffer.baseAddress else { return nil }
        var from = 0
        while stepsLeft > 0, from < buffer.count,
            let hit = memchr(base + from, Int32(UInt8(ascii: ".")), buffer.count - from)
        {
            let dot = UnsafeRawPointer(hit) - base
            from = dot + 1
            guard let start = firstNumber(before: dot) else { continue }
            var found: Range<Int>?
            if goBack(steps, anchor - 1, start, &found), goOn(steps, anchor, start, &found) { return found }
        }
        return nil
    }

    /// Where the number before a dot starts, if the dot stands between digits and is the first of its version.
    private func firstNumber(before dot: Int) -> Int? {
        guard dot > 0, dot + 1 < buffer.count, ByteClass.isDigit(buffer[dot - 1]), ByteClass.isDigit(buffer[dot + 1])
        else { return nil }
        var start = dot - 1
        while start > 0, dot - start < 9, ByteClass.isDigit(buffer[start - 1]) { start -= 1 }
        guard start >= 2, buffer[start - 1] == UInt8(ascii: "."), ByteClass.isDigit(buffer[start - 2]) else {
            return start
        }
        return nil
    }

    private mutating func mayStep() -> Bool {
        stepsLeft -= 1
        return stepsLeft > 0
    }

    // MARK: From the anchor to the right

    /// Whether the steps from `index` fit what stands at `position`.
    ///
    /// Recursion is as deep as the pattern is long.
    private mutating func goOn(
        _ steps: [BinaryPattern.Step],
        _ index: Int,
        _ position: Int,
        _ found: inout Range<Int>?
    ) -> Bool {
        guard index < steps.count else { return true }
        guard mayStep() else { return false }
        switch steps[index] {
        case .start:
            return position == 0 && goOn(steps, index + 1, position, &found)
        case .text(let text):
            return isText(text, at: position) && goOn(steps, index + 1, position + text.count, &found)
        case .zeros:
            var end = position
            while end < buffer.count, end - position < Self.maxZeros, buffer[end] == 0 { end += 1 }
            return end > position && goOn(steps, index + 1, end, &found)
        case .version(let shape), .number(let shape):
            return goOverVersion(shape, steps, index, position, &found)
        case .run(let byteClass, let bounds):
            var end = position
            while end < buffer.count, end - position < bounds.upperBound, byteClass.contains(buffer[end]) { end += 1 }
            return end - position >= bounds.lowerBound && goOn(steps, index + 1, end, &found)
        case .optional(let template):
            if let end = template.end(in: buffer, from: position), goOn(steps, index + 1, end, &found) { return true }
            return goOn(steps, index + 1, position, &found)
        case .gap(let count):
            for next in position...max(position, min(position + count, buffer.count))
            where goOn(steps, index + 1, next, &found) { return true }
            return false
        }
    }

    private mutating func goOverVersion(
        _ shape: VersionShape,
        _ steps: [BinaryPattern.Step],
        _ index: Int,
        _ position: Int,
        _ found: inout Range<Int>?
    ) -> Bool {
        guard var end = shape.end(in: buffer, from: position, named: named) else { return false }
        while true {
            if goOn(steps, index + 1, end, &found) {
                if case .version = steps[index] { found = position..<end }
                return true
            }
            guard shape.mayBreakNumber, end - position >= 2, ByteClass.isDigit(buffer[end - 1]),
                ByteClass.isDigit(buffer[end - 2])
            else { return false }
            end -= 1
        }
    }

    // MARK: From the anchor to the left

    /// Whether the steps down from `index` fit what stands before `end`.
    private mutating func goBack(
        _ steps: [BinaryPattern.Step],
        _ index: Int,
        _ end: Int,
        _ found: inout Range<Int>?
    ) -> Bool {
        guard index >= 0 else { return true }
        guard mayStep() else { return false }
        switch steps[index] {
        case .start:
            return end == 0 && goBack(steps, index - 1, end, &found)
        case .text(let text):
            return isText(text, at: end - text.count) && goBack(steps, index - 1, end - text.count, &found)
        case .zeros:
            var start = end
            while start > 0, end - start < Self.maxZeros, buffer[start - 1] == 0 { start -= 1 }
            return start < end && goBack(steps, index - 1, start, &found)
        case .version(let shape), .number(let shape):
            return goBackOverVersion(shape, steps, index, end, &found)
        case .run(let byteClass, let bounds):
            var start = end
            while start > 0, end - start < bounds.upperBound, byteClass.contains(buffer[start - 1]) { start -= 1 }
            return end - start >= bounds.lowerBound && goBack(steps, index - 1, start, &found)
        case .optional(let template):
            for start in max(0, end - VersionShape.maxBytes)..<end
            where template.end(in: buffer, from: start) == end && goBack(steps, index - 1, start, &found) {
                return true
            }
            return goBack(steps, index - 1, end, &found)
        case .gap(let count):
            for start in (max(0, end - count)...end).reversed() where goBack(steps, index - 1, start, &found) {
                return true
            }
            return false
        }
    }

    private mutating func goBackOverVersion(
        _ shape: VersionShape,
        _ steps: [BinaryPattern.Step],
        _ index: Int,
        _ end: Int,
        _ found: inout Range<Int>?
    ) -> Bool {
        // What ends a version can stand in its middle too; anything else before `end` rules it out at once.
        guard end > 0, ByteClass.versionWithBuild.contains(buffer[end - 1]) else { return false }
        for start in max(0, end - VersionShape.maxBytes)..<end {
            guard ByteClass.isDigit(buffer[start]), start == 0 || !ByteClass.isDigit(buffer[start - 1]) else {
                continue
            }
            guard mayStep() else { return false }
            guard ends(shape, from: start, at: end), goBack(steps, index - 1, start, &found) else { continue }
            if case .version = steps[index] { found = start..<end }
            return true
        }
        return false
    }

    /// Whether a version of this shape reaches from `start` exactly to `end`.
    private func ends(_ shape: VersionShape, from start: Int, at end: Int) -> Bool {
        guard let longest = shape.end(in: buffer, from: start, named: named) else { return false }
        if longest == end { return true }
        return shape.mayBreakNumber && longest > end && (end - 1..<longest).allSatisfy { ByteClass.isDigit(buffer[$0]) }
    }

    private func isText(_ text: [UInt8], at position: Int) -> Bool {
        guard position >= 0, text.count <= buffer.count, position <= buffer.count - text.count else { return false }
        for index in text.indices where buffer[position + index] != text[index] { return false }
        return true
    }
}
