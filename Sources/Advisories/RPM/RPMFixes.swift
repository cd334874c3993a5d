import Versions

/// Orders the fixes that one flaw got in several minor releases of a distribution.
///
/// Red Hat fixes a flaw in 9.2 with `7.76.1-23.el9_2.4` and in 9.3 with `7.76.1-26.el9_3.2`, both under the name of
/// RHEL 9. A build of the 9.2 branch from its fix on is safe although it is older than the other fix, so the second
/// interval begins where the branch of the first one ends. Fixes that differ only in the digest of a module's build
/// context are one fix, known by the first of them.
struct RPMFixes {
    struct Interval: Hashable {
        var introduced: String?
        var fixed: String
    }

    let intervals: [Interval]

    init(_ versions: Set<String>) {
        var lowest: [Substring: String] = [:]
        for version in Self.ordered(versions) {
            let build = Self.withoutContext(version)
            if lowest[build] == nil { lowest[build] = version }
        }
        var intervals: [Interval] = []
        var before: String?
        for version in Self.ordered(lowest.values) {
            let end = before.flatMap(Self.endOfBranch)
            // Where that end is not below this fix, both are in one branch, and the later one counts.
            let isBelow = end.map { Self.precedes($0, version) } ?? false
            intervals.append(Interval(introduced: isBelow ? end : nil, fixed: version))
            before = version
        }
        self.intervals = intervals
    }

    private static func ordered(_ versions: some Sequence<String>) -> [String] {
        versions.sorted { precedes($0, $1) || (!precedes($1, $0) && $0 < $1) }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        ParsedVersion(left, scheme: .rpm).compare(to: ParsedVersion(right, scheme: .rpm)) == .less
    }

    /// `…module+el8.10.0+23147+20b7d289` without the digest at its end.
    private static func withoutContext(_ version: String) -> Substring {
        guard version.contains(".module+") || version.contains(".module_"), let plus = version.lastIndex(of: "+") else {
            return version[...]
        }
        return version[..<plus]
    }

    /// The first version behind the branch of `version`: `1-23.el9_3` for `1-23.el9_2.4`, `1-2.module+el8.9` for
    /// `1-2.module+el8.8.0+1+a`; `nil` for a build that belongs to no minor release.
    private static func endOfBranch(_ version: String) -> String? {
        for mark in [".el", "+el", "_el"] {
            guard let start = version.lastRange(of: mark) else { continue }
            let major = version[start...].prefix { $0.isNumber && $0.isASCII }
            let rest = version[start...].dropFirst(major.count)
            guard !major.isEmpty, let separator = rest.first, separator == (mark == ".el" ? "_" : ".") else { continue }
            let digits = rest.dropFirst().prefix { $0.isNumber && $0.isASCII }
            guard digits.count <= 4, let minor = Int(digits) else { continue }
            return "\(version[..<start])\(major)\(separator)\(minor + 1)"
        }
        return nil
    }
}

extension String {
    /// The index behind the last occurrence of `mark`; `nil` where there is none.
    fileprivate func lastRange(of mark: String) -> String.Index? {
        let bytes = Array(utf8)
        let wanted = Array(mark.utf8)
        guard bytes.count >= wanted.count else { return nil }
        for start in stride(from: bytes.count - wanted.count, through: 0, by: -1)
        where bytes[start..<start + wanted.count].elementsEqual(wanted) {
            return utf8.index(utf8.startIndex, offsetBy: start + wanted.count)
        }
        return nil
    }
}
