import Bytes

/// The bytes of a producer one by one and in runs, with the number of those read.
final class ByteFeed {
    private let source: any ByteProducer
    private var piece = UnsafeRawBufferPointer(start: nil, count: 0)
    private var position = 0
    private var isAtEnd = false
    /// Bytes of the pieces before the present one.
    private var consumed = 0

    init(_ source: any ByteProducer) { self.source = source }

    /// How many bytes have been taken.
    var offset: Int { consumed + position }

    /// The next byte without taking it; `nil` at the end.
    func peek() throws -> UInt8? {
        if position < piece.count { return piece[position] }
        return try refill() ? piece[position] : nil
    }

    /// Takes the next byte; `nil` at the end.
    func take() throws -> UInt8? {
        guard let byte = try peek() else { return nil }
        position += 1
        return byte
    }

    /// Takes bytes up to, but without, the first for which `isEnd` holds, handing them on in runs.
    func takeRun(until isEnd: (UInt8) -> Bool, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        while try peek() != nil {
            let start = position
            while position < piece.count, !isEnd(piece[position]) { position += 1 }
            if position > start { try body(UnsafeRawBufferPointer(rebasing: piece[start..<position])) }
            if position < piece.count { return }
        }
    }

    private func refill() throws -> Bool {
        guard !isAtEnd else { return false }
        consumed += piece.count
        position = 0
        piece = try source.next()
        isAtEnd = piece.isEmpty
        return !isAtEnd
    }
}
