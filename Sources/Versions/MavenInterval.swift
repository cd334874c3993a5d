/// Maven's version ranges: `[1.0,2.0)`, `(,1.5]`, `[1.2]`, several of them with commas between (POM reference,
/// "Dependency Version Requirement Specification").
enum MavenInterval {
    static func begins(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "[") || bytes.first == UInt8(ascii: "(")
    }

    /// One list of bounds for each interval, nil where one is malformed or there are too many.
    static func alternatives(of bytes: ArraySlice<UInt8>) -> [[RangeBound]]? {
        var scanner = ByteScanner(bytes)
        var alternatives: [[RangeBound]] = []
        repeat {
            guard alternatives.count < VersionRange.maxBounds, let bounds = takeInterval(from: &scanner) else {
                return nil
            }
            alternatives.append(bounds)
            _ = scanner.take { $0.isSpace || $0 == ASCII.comma }
        } while !scanner.isAtEnd
        return alternatives
    }

    private static func takeInterval(from scanner: inout ByteScanner) -> [RangeBound]? {
        guard begins(scanner.rest) else { return nil }
        let includesLower = scanner.next == UInt8(ascii: "[")
        scanner.skip()
        let inside = scanner.take { $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: ")") }
        guard let close = scanner.next else { return nil }
        let includesUpper = close == UInt8(ascii: "]")
        scanner.skip()

        let ends = inside.split(separator: ASCII.comma, omittingEmptySubsequences: false).map(\.trimmed)
        if ends.count == 1 {
            guard includesLower, includesUpper, !ends[0].isEmpty else { return nil }
            return RangeBound(.equal, version: ends[0], scheme: .maven).map { [$0] }
        }
        guard ends.count == 2 else { return nil }
        var bounds: [RangeBound] = []
        if !ends[0].isEmpty {
            guard let lower = RangeBound(includesLower ? .greaterOrEqual : .greater, version: ends[0], scheme: .maven)
            else { return nil }
            bounds.append(lower)
        }
        if !ends[1].isEmpty {
            guard let upper = RangeBound(includesUpper ? .lessOrEqual : .less, version: ends[1], scheme: .maven)
            else { return nil }
            bounds.append(upper)
        }
        return bounds
    }
}
