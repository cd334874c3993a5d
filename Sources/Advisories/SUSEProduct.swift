/// SUSE's products by the names that its advisories give them.
enum SUSEProduct {
    /// The key of the release that a product's packages are installed in, as its os-release leads to it; `nil` for products
    /// that are none and have no packages for one.
    ///
    /// Modules, extensions and long-term support bring packages into the release with the same number, so that
    /// `SUSE Linux Enterprise Module for Basesystem 15 SP5` is `sles:15.5`, and so is `…Server 15 SP5-LTSS`.
    static func release(_ product: String) -> String? {
        let words = product.lowercased().split(separator: " ").map(String.init)
        guard let start = words.firstIndex(where: isVersion) else { return old(product.lowercased()) }
        let name = words[..<start].joined(separator: " ")
        let version = words[start].prefix { $0 != "-" }
        switch name {
        case "opensuse leap": return "opensuse-leap:\(version)"
        case "opensuse leap micro": return "opensuse-leap-micro:\(version)"
        case "opensuse": return "opensuse:\(version)"
        case "suse linux micro": return "sl-micro:\(version)"
        case "suse linux enterprise micro": return "sle-micro:\(version)"
        case _ where name.hasPrefix("suse linux enterprise") || name.hasPrefix("suse package hub"):
            return "sles:\(version)\(servicePack(in: words[(start)...]))"
        default: return nil
        }
    }

    /// `.5` for `15 sp5`, `15 sp5-ltss` and `15-sp5`.
    private static func servicePack(in words: ArraySlice<String>) -> String {
        for part in words.flatMap({ $0.split(separator: "-") }) where part.hasPrefix("sp") {
            let number = part.dropFirst(2)
            if !number.isEmpty, number.utf8.count < 3, number.utf8.allSatisfy(isDigit) { return ".\(number)" }
        }
        return ""
    }

    /// Names of before 2013: `suse102`, `sles10-sp4`, `sles10-sp4-sdk`; and the one without a number.
    private static func old(_ name: String) -> String? {
        if name == "opensuse tumbleweed" { return "opensuse-tumbleweed" }
        let parts = name.split(separator: "-")
        guard let first = parts.first else { return nil }
        if first.hasPrefix("suse"), first.utf8.count == 7, first.utf8.dropFirst(4).allSatisfy(isDigit) {
            return "opensuse:\(first.dropFirst(4).prefix(2)).\(first.suffix(1))"
        }
        for base in ["sles", "sled"] where first.hasPrefix(base) {
            let number = first.dropFirst(base.utf8.count)
            guard !number.isEmpty, number.utf8.allSatisfy(isDigit) else { return nil }
            return "sles:\(number)\(servicePack(in: parts.dropFirst().map(String.init)[...]))"
        }
        return nil
    }

    /// Whether a word begins with a number and may go on with its support: `15`, `15.5`, `15-ltss`.
    private static func isVersion(_ word: String) -> Bool {
        let number = word.prefix { $0 != "-" }
        return number.utf8.first.map(isDigit) == true && number.utf8.count < 8
            && number.utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
