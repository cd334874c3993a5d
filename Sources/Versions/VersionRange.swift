/// A set of versions: alternatives between `||`, each a list of bounds that must all hold.
///
/// Bounds are separated by commas or white space; a bound is an operator and a version, no operator meaning equality.
/// Every scheme has `= == != < <= > >=`, and besides:
/// pep440 `~=` and a trailing `.*`; rubygems `~>`; apk `~` for a prefix; semver, go, nuget, composer and generic `~ ~> ^`;
/// npm the whole grammar of node-semver, pre-releases included; maven intervals like `[1.0,2.0)`.
/// The empty range holds every version.
struct VersionRange: Sendable {
    /// The most bounds a range may have.
    static let maxBounds = 4096

    let scheme: VersionScheme
    private let alternatives: [[RangeBound]]

    /// Reads a range; nil where it is malformed, has an operator the scheme does not know or too many bounds.
    init?(_ text: String, scheme: VersionScheme) {
        let bytes = Array(text.utf8)[...].trimmed
        var alternatives: [[RangeBound]] = []
        var boundCount = 0
        if bytes.isEmpty {
            alternatives = [[]]
        } else if scheme == .maven, MavenInterval.begins(bytes) {
            guard let intervals = MavenInterval.alternatives(of: bytes) else { return nil }
            alternatives = intervals
            boundCount = intervals.count
        } else {
            for part in Self.split(bytes) {
                guard boundCount < Self.maxBounds else { return nil }
                let bounds = scheme == .npm ? NodeRange.bounds(of: part) : Self.bounds(of: part, scheme: scheme)
                guard let bounds else { return nil }
                alternatives.append(bounds)
                boundCount += max(bounds.count, 1)
            }
        }
        guard boundCount <= Self.maxBounds else { return nil }
        self.scheme = scheme
        self.alternatives = alternatives
    }

    /// Whether the range holds a version; nil where that one is not ordered or of another scheme.
    ///
    /// The empty range holds those, too.
    func contains(_ version: ParsedVersion) -> Bool? {
        guard version.scheme == scheme else { return nil }
        if alternatives.contains(where: \.isEmpty) { return true }
        guard version.isOrdered else { return nil }
        return alternatives.contains { bounds in bounds.allSatisfy { $0.holds(version) } }
    }

    /// The texts between `||`.
    private static func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var index = start
        while index < bytes.endIndex {
            let isBar = bytes[index] == ASCII.pipe && index + 1 < bytes.endIndex && bytes[index + 1] == ASCII.pipe
            if isBar {
                parts.append(bytes[start..<index])
                start = index + 2
            }
            index += isBar ? 2 : 1
        }
        parts.append(bytes[start...])
        return parts
    }

    private static func bounds(of part: ArraySlice<UInt8>, scheme: VersionScheme) -> [RangeBound]? {
        var scanner = ByteScanner(part)
        var bounds: [RangeBound] = []
        while true {
            _ = scanner.take { $0.isSpace || $0 == ASCII.comma }
            // An alternative without a bound is a slip, not a wish to match everything.
            if scanner.isAtEnd { return bounds.isEmpty ? nil : bounds }
            guard bounds.count < maxBounds, let operation = RangeOperator.take(from: &scanner) else { return nil }
            _ = scanner.take(while: \.isSpace)
            let version = scanner.take { byte in
                !byte.isSpace && byte != ASCII.comma && byte != ASCII.less && byte != ASCII.greater
                    && byte != ASCII.pipe
            }
            guard !version.isEmpty,
                let bound = RangeBound(operation, version: version, scheme: scheme)
            else { return nil }
            bounds.append(bound)
            if scanner.next == ASCII.pipe { return nil }
        }
    }
}
