import Testing

@testable import Versions

struct LongVersionTests {
    static let length = 1 << 20

    /// Repeating patterns that nest, backtrack or grow in a careless parser.
    static let patterns = [
        "9", "0", "1.", "1-", "a", "1a", "-", ".", "~", "^", "_", ".0", "_p1", "-x86-", "rc-1", "+", "1:", "é", " ",
    ]

    static func version(_ pattern: String, byteCount: Int) -> String {
        "1" + String(repeating: pattern, count: byteCount / pattern.utf8.count)
    }

    @Test("a version of a megabyte is parsed and compared", arguments: VersionScheme.allCases)
    func megabyte(scheme: VersionScheme) {
        for pattern in ["9", "1a"] {
            let version = ParsedVersion(Self.version(pattern, byteCount: Self.length), scheme: scheme)
            #expect(version.compare(to: version) == (version.isOrdered ? .equal : nil))
        }
    }

    @Test("no repeated pattern traps or breaks the symmetry of the order", arguments: VersionScheme.allCases)
    func patterns(scheme: VersionScheme) {
        for pattern in Self.patterns {
            let text = Self.version(pattern, byteCount: Self.length / 64)
            let version = ParsedVersion(text, scheme: scheme)
            let longer = ParsedVersion(text + "1", scheme: scheme)
            if version.isOrdered, longer.isOrdered {
                #expect(version.compare(to: longer) == longer.compare(to: version)?.reversed)
            }
        }
    }

    @Test("a range of a megabyte is refused or answered", arguments: VersionScheme.allCases)
    func megabyteRange(scheme: VersionScheme) {
        for pattern in [">1,", "1||", "[1,2),", "~1 "] {
            let range = String(repeating: pattern, count: Self.length / pattern.utf8.count)
            #expect(Versions.satisfies("1.2.3", range, scheme: scheme) == nil)
        }
        for pattern in ["|", "<", "1 - 2 ", "9", " ", ",", "||", "("] {
            let range = String(repeating: pattern, count: Self.length / 64 / pattern.utf8.count)
            _ = Versions.satisfies("1.2.3", range, scheme: scheme)
        }
    }

    @Test("numbers beyond a machine word compare by value", arguments: VersionScheme.allCases)
    func hugeNumbers(scheme: VersionScheme) {
        let nines = String(repeating: "9", count: 400)
        let next = "1" + String(repeating: "0", count: 400)
        #expect(Versions.compare("1.\(nines)", "1.\(next)", scheme: scheme) == .less)
        #expect(Versions.compare("18446744073709551615", "18446744073709551616", scheme: scheme) == .less)
        #expect(Versions.compare("9999999999999999999", "10000000000000000000", scheme: scheme) == .less)
        #expect(Versions.compare("000\(nines)", nines, scheme: scheme) == .equal)
    }

    @Test("the number after a run of nines has one more digit")
    func successor() {
        func number(_ text: String) -> DecimalNumber { DecimalNumber(digits: Array(text.utf8)[...]) }
        #expect(number("9").successor == number("10"))
        #expect(number("18446744073709551615").successor == number("18446744073709551616"))
        #expect(number("9999999999999999999").successor == number("10000000000000000000"))
        #expect(number(String(repeating: "9", count: 30)).successor == number("1" + String(repeating: "0", count: 30)))
        #expect(number("99999999999999999998").successor == number("99999999999999999999"))
    }
}
