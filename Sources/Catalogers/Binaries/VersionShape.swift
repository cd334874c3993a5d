/// What a version looks like in some program: so many numbers with dots between them, and what may follow.
struct VersionShape: Sendable {
    /// The most bytes of a version.
    static let maxBytes = 64

    /// How many numbers there are.
    var numbers: ClosedRange<Int>
    /// The most digits of a number.
    var maxDigits = 9
    /// The version begins as one of these; empty where any will do.
    var leads: [TextTemplate] = []
    /// What may follow the numbers directly and belongs to the version; the first that fits is taken.
    var endings: [TextTemplate] = []
    /// Whether one of `endings` must follow.
    var needsEnding = false
    /// Bytes that belong to the version behind all that.
    var tail: ByteClass?
    /// The version holds all of these.
    var holding: [String] = []
    /// The numbers begin as the version in the file's name does.
    var continuesFileName = false
    /// The last number may end before its last digit, where other digits follow it directly.
    var mayBreakNumber = false

    /// `1.2.3`.
    static let three = VersionShape(numbers: 3...3)
    /// `1.2`, `1.2.3`.
    static let twoOrThree = VersionShape(numbers: 2...3)
    /// `1`, `1.2`, `1.2.3`, and `15beta4`, `9.5rc1`.
    static let oneToThree = VersionShape(numbers: 1...3, endings: ["alpha#", "beta#", "rc#"])
    /// `1.2.3`, `1.2.3-rc1`.
    static let preRelease = VersionShape(numbers: 3...3, endings: ["-alpha#", "-beta#", "-rc#"])
    /// `1.2.3`, `1.2.3-rc.1`.
    static let dottedPreRelease = VersionShape(numbers: 3...3, endings: ["-alpha.#", "-beta.#", "-rc.#"])

    /// The same shape that begins as one of `leads`.
    func leading(_ leads: TextTemplate...) -> VersionShape {
        var copy = self
        copy.leads = leads
        return copy
    }

    /// Where a version that starts at `start` ends; `nil` where there is none.
    ///
    /// `named` is the version in the file's name.
    func end(in buffer: UnsafeRawBufferPointer, from start: Int, named: ArraySlice<UInt8>) -> Int? {
        guard let numbersEnd = numbersEnd(buffer, start), fitsName(buffer, start, named) else { return nil }
        guard leads.isEmpty || leads.contains(where: { $0.end(in: buffer, from: start) != nil }) else { return nil }
        var end = numbersEnd
        if let ending = endings.lazy.compactMap({ $0.end(in: buffer, from: numbersEnd) }).first {
            end = ending
        } else if needsEnding {
            return nil
        }
        if let tail {
            while end < buffer.count, end - start < Self.maxBytes, tail.contains(buffer[end]) { end += 1 }
        }
        let version = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
        return holding.allSatisfy { Self.holds(version, $0.utf8) } ? end : nil
    }

    private func numbersEnd(_ buffer: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var count = 0
        var end = start
        var position = start
        while count < numbers.upperBound {
            var digits = 0
            while position < buffer.count, digits < maxDigits, ByteClass.isDigit(buffer[position]) {
                position += 1
                digits += 1
            }
            guard digits > 0 else { break }
            count += 1
            end = position
            guard position < buffer.count, buffer[position] == UInt8(ascii: ".") else { break }
            position += 1
        }
        return count >= numbers.lowerBound ? end : nil
    }

    private func fitsName(_ buffer: UnsafeRawBufferPointer, _ start: Int, _ named: ArraySlice<UInt8>) -> Bool {
        guard continuesFileName else { return true }
        let end = start + named.count
        guard named.count >= 3, named.contains(UInt8(ascii: ".")), end <= buffer.count else { return false }
        return buffer[start..<end].elementsEqual(named) && (end == buffer.count || !ByteClass.isDigit(buffer[end]))
    }

    private static func holds(_ version: UnsafeRawBufferPointer, _ part: String.UTF8View) -> Bool {
        guard part.count <= version.count else { return false }
        return (0...version.count - part.count).contains { version[$0...].starts(with: part) }
    }
}
