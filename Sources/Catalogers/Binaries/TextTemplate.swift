/// A short text with holes: `#` stands for one digit or more, `?` for a single digit, `@` for small letters, one or more.
struct TextTemplate: Sendable, ExpressibleByStringLiteral {
    /// Digits or letters that a hole takes at most.
    static let maxHole = 16

    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    init(stringLiteral text: String) { self.init(text) }

    /// Where the template ends when it is laid over `buffer` at `start`; `nil` where it does not fit.
    func end(in buffer: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var position = start
        for expected in bytes {
            guard position < buffer.count else { return nil }
            switch expected {
            case UInt8(ascii: "#"):
                guard let end = Self.run(buffer, from: position, ByteClass.isDigit) else { return nil }
                position = end
            case UInt8(ascii: "@"):
                guard let end = Self.run(buffer, from: position, ByteClass.isLower) else { return nil }
                position = end
            case UInt8(ascii: "?"):
                guard ByteClass.isDigit(buffer[position]) else { return nil }
                position += 1
            default:
                guard buffer[position] == expected else { return nil }
                position += 1
            }
        }
        return position
    }

    private static func run(_ buffer: UnsafeRawBufferPointer, from start: Int, _ isPart: (UInt8) -> Bool) -> Int? {
        var end = start
        while end < buffer.count, end - start < maxHole, isPart(buffer[end]) { end += 1 }
        return end > start ? end : nil
    }
}
