/// A position in a byte string, moved forward by what is recognised there.
struct ByteScanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var next: UInt8? { rest.first }

    var isAtEnd: Bool { rest.isEmpty }

    /// The byte after the next one.
    var second: UInt8? { rest.dropFirst().first }

    mutating func skip(_ count: Int = 1) {
        rest = rest.dropFirst(count)
    }

    /// Takes the next byte where it is the given one.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Takes a lower-case word where the bytes, ignoring case, begin with it.
    mutating func take(word: StaticString) -> Bool {
        let matches = word.withUTF8Buffer { buffer in
            rest.count >= buffer.count && zip(rest, buffer).allSatisfy { $0.lowercased == $1 }
        }
        guard matches else { return false }
        rest = rest.dropFirst(word.utf8CodeUnitCount)
        return true
    }

    /// Takes the bytes up to the first one that does not fit, possibly none.
    mutating func take(while fits: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = rest.prefix(while: fits)
        rest = rest[taken.endIndex...]
        return taken
    }

    /// Takes a number, nil where no digit is next.
    mutating func takeNumber() -> DecimalNumber? {
        guard let first = rest.first, first.isDigit else { return nil }
        return DecimalNumber(digits: take(while: \.isDigit))
    }

    /// Takes numbers with a dot between them; a dot with no digit after it stays.
    mutating func takeDottedNumbers() -> [DecimalNumber] {
        guard let first = takeNumber() else { return [] }
        var numbers = [first]
        while next == ASCII.dot, let digit = second, digit.isDigit {
            skip()
            guard let number = takeNumber() else { break }
            numbers.append(number)
        }
        return numbers
    }

    /// Takes a `v` in either case that stands before a digit.
    mutating func takeLeadingV() {
        if next?.lowercased == ASCII.lowerV, second?.isDigit == true { skip() }
    }
}
