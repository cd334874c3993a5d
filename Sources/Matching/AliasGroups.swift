/// Names, as numbers, grouped by "is another name of": a union-find in which the smallest number stands for its group.
struct AliasGroups {
    private var parents: [Int: Int] = [:]

    /// Declares that all of `names` are names of one flaw.
    mutating func join(_ names: [Int]) {
        guard names.count > 1 else { return }
        for name in names.dropFirst() {
            let left = root(of: names[0])
            let right = root(of: name)
            if left < right { parents[right] = left } else if right < left { parents[left] = right }
        }
    }

    /// The name that stands for the group of `name`: the smallest in it.
    mutating func root(of name: Int) -> Int {
        var root = name
        while let parent = parents[root] { root = parent }
        var step = name
        while let parent = parents[step], parent != root {
            parents[step] = root
            step = parent
        }
        return root
    }
}

/// The order in which identifiers are preferred.
enum VulnerabilityID {
    /// Orders by kind (CVE, GHSA, the ecosystem's own, the rest), then by the numbers in the text.
    static func precedes(_ left: String, _ right: String) -> Bool {
        precedes((kind(left), left), (kind(right), right))
    }

    /// All of them in that order; the kind of each is worked out once.
    static func sorted(_ ids: Set<String>) -> [String] {
        ids.map { (kind($0), $0) }.sorted(by: precedes).map(\.1)
    }

    private static func precedes(_ left: (kind: Int, id: String), _ right: (kind: Int, id: String)) -> Bool {
        if left.kind != right.kind { return left.kind < right.kind }
        let lengths = (left.id.utf8.count, right.id.utf8.count)
        if lengths.0 != lengths.1, left.kind == 0, left.id.utf8.prefix(9).elementsEqual(right.id.utf8.prefix(9)) {
            return lengths.0 < lengths.1  // CVE-2024-999 before CVE-2024-10000.
        }
        return left.id < right.id
    }

    private static func kind(_ id: String) -> Int {
        if id.hasPrefix("CVE-") { return 0 }
        if id.hasPrefix("GHSA-") { return 1 }
        let own = ["GO-", "PYSEC-", "RUSTSEC-", "BIT-"]
        return own.contains { id.hasPrefix($0) } ? 2 : 3
    }
}
