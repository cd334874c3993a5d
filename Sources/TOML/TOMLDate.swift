/// Dates and times in the forms of RFC 3339, of which TOML 1.1 lets the offset, the seconds, the date or the time be left out.
enum TOMLDate {
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        var scan = Scan(rest: bytes)
        if bytes.count >= 5, bytes[bytes.startIndex + 2] == UInt8(ascii: ":") {
            return scan.time() && scan.rest.isEmpty
        }
        guard scan.date() else { return false }
        if scan.rest.isEmpty { return true }
        guard scan.take(UInt8(ascii: "T")) || scan.take(UInt8(ascii: "t")) || scan.take(0x20), scan.time() else {
            return false
        }
        return scan.rest.isEmpty || scan.offset() && scan.rest.isEmpty
    }

    private struct Scan {
        var rest: ArraySlice<UInt8>

        mutating func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }

        private mutating func number(digits: Int) -> Int? {
            let part = rest.prefix(digits)
            guard part.count == digits, part.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
            rest = rest.dropFirst(digits)
            return part.reduce(0) { $0 * 10 + Int($1 - 48) }
        }

        mutating func date() -> Bool {
            guard let year = number(digits: 4), take(UInt8(ascii: "-")), let month = number(digits: 2),
                (1...12).contains(month), take(UInt8(ascii: "-")), let day = number(digits: 2)
            else { return false }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let days = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
            return (1...days).contains(day)
        }

        mutating func time() -> Bool {
            guard let hour = number(digits: 2), hour < 24, take(UInt8(ascii: ":")), let minute = number(digits: 2),
                minute < 60
            else { return false }
            guard take(UInt8(ascii: ":")) else { return true }
            guard let second = number(digits: 2), second <= 60 else { return false }
            guard take(UInt8(ascii: ".")) else { return true }
            let fraction = rest.prefix { $0 >= 48 && $0 <= 57 }
            rest = rest.dropFirst(fraction.count)
            return !fraction.isEmpty
        }

        mutating func offset() -> Bool {
            if take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return true }
            guard take(UInt8(ascii: "+")) || take(UInt8(ascii: "-")), let hour = number(digits: 2), hour < 24,
                take(UInt8(ascii: ":")), let minute = number(digits: 2)
            else { return false }
            return minute < 60
        }
    }
}
