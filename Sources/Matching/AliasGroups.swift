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
package enum VulnerabilityID {
    /// Orders by kind (CVE, GHSA, the ecosystem's own, the rest), then by the numbers in the text.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        let kinds = (kind(left), kind(right))
        if kinds.0 != kinds.1 { return kinds.0 < kinds.1 }
        if left.utf8.count != right.utf8.count, kinds.0 == 0, left.utf8.prefix(9).elementsEqual(right.utf8.prefix(9)) {
            return left.utf8.count < right.utf8.count  // CVE-2024-999 before CVE-2024-10000.
        }
        return left < right
    }

    private static func kind(_ id: String) -> Int {
        if id.hasPrefix("CVE-") { return 0 }
        if id.hasPrefix("GHSA-") { return 1 }
        let own = ["GO-", "PYSEC-", "RUSTSEC-", "BIT-"]
        return own.contains { id.hasPrefix($0) } ? 2 : 3
    }
}
