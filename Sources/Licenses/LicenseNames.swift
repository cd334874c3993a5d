/// The names by which people and package managers call the licences of the SPDX list.
///
/// A name is folded first: case, punctuation and words that say nothing are dropped, `v2`, `2.0` and `2` are one, `or
/// later` is `+`. So most names need no table.
enum LicenseNames {
    /// What follows `or` where it speaks of versions and not of another licence.
    static let later: Set<String> = ["later", "newer", "greater", "above", "any", "at"]

    /// The licence that `name` means, else `nil`; several joined by a slash are a choice, as Cargo once wrote them.
    static func node(for name: String) -> LicenseExpression.Node? {
        if let found = known(name) { return found }
        let parts = name.split(separator: "/")
        guard parts.count > 1, parts.count < 16 else { return nil }
        let nodes = parts.compactMap { known(String($0)) }
        return nodes.count == parts.count ? LicenseExpression.joined(nodes, LicenseExpression.Node.any) : nil
    }

    private static func known(_ name: String) -> LicenseExpression.Node? {
        let key = fold(name)
        if let text = aliases[key] { return ExpressionParser.parse(text, words: .identifiers) }
        return identifiers[key].map { .license(.init(id: $0)) }
    }

    /// The exception that `name` means.
    static func exception(for name: String) -> String? { exceptions[fold(name)] }

    /// Current identifiers in place of deprecated ones for the same licence.
    static func current(_ id: String) -> String {
        guard id.hasSuffix("+") || gnuFamilies.contains(where: { id.hasPrefix($0) }) else { return id }
        return identifiers[fold(id)] ?? id
    }

    /// Deprecated identifiers that hold an exception, which stands behind `WITH` now.
    static let withException: [String: (id: String, exception: String)] = [
        "GPL-2.0-with-autoconf-exception": ("GPL-2.0-only", "Autoconf-exception-2.0"),
        "GPL-2.0-with-bison-exception": ("GPL-2.0-only", "Bison-exception-2.2"),
        "GPL-2.0-with-classpath-exception": ("GPL-2.0-only", "Classpath-exception-2.0"),
        "GPL-2.0-with-font-exception": ("GPL-2.0-only", "Font-exception-2.0"),
        "GPL-2.0-with-GCC-exception": ("GPL-2.0-only", "GCC-exception-2.0"),
        "GPL-3.0-with-autoconf-exception": ("GPL-3.0-only", "Autoconf-exception-3.0"),
        "GPL-3.0-with-GCC-exception": ("GPL-3.0-only", "GCC-exception-3.1"),
    ]

    private static let gnuFamilies = ["GPL-", "LGPL-", "AGPL-", "GFDL-"]

    /// By the folded identifier; where two fold into one, the current `-only` or `-or-later`, else neither.
    private static let identifiers: [String: String] = {
        var table: [String: String] = [:]
        var ambiguous: Set<String> = []
        func isCurrent(_ id: String) -> Bool { id.hasSuffix("-only") || id.hasSuffix("-or-later") }
        for id in LicenseList.licenses.values.sorted() {
            let key = fold(id)
            guard let other = table[key] else {
                table[key] = id
                continue
            }
            if isCurrent(id) { table[key] = id } else if !isCurrent(other) { ambiguous.insert(key) }
        }
        for key in ambiguous { table[key] = nil }
        return table
    }()

    private static let exceptions: [String: String] = {
        var table: [String: String] = [:]
        for name in LicenseList.exceptions.values { table[fold(name)] = name }
        for (name, id) in LicenseAliases.exceptions { table[fold(name)] = id }
        return table
    }()

    private static let aliases: [String: String] = {
        var table: [String: String] = [:]
        for (id, names) in LicenseAliases.names {
            for name in names { table[fold(name)] = id }
        }
        return table
    }()

    private static let silent: Set<String> = [
        "the", "a", "license", "licence", "licenses", "licensed", "under", "version", "v", "software", "only", "ver",
        "at", "your", "option",
    ]

    /// Words that stand for a shorter one, longest first.
    private static let phrases: [(words: [String], short: String)] = [
        (["gnu", "library", "or", "lesser", "general", "public"], "lgpl"),
        (["gnu", "lesser", "general", "public"], "lgpl"), (["gnu", "library", "general", "public"], "lgpl"),
        (["gnu", "affero", "general", "public"], "agpl"), (["gnu", "general", "public"], "gpl"),
        (["lesser", "general", "public"], "lgpl"), (["affero", "general", "public"], "agpl"),
        (["general", "public"], "gpl"), (["gnu", "free", "documentation"], "gfdl"), (["gnu", "lgpl"], "lgpl"),
        (["gnu", "agpl"], "agpl"), (["gnu", "gpl"], "gpl"), (["mozilla", "public"], "mpl"),
        (["eclipse", "public"], "epl"), (["european", "union", "public"], "eupl"), (["academic", "free"], "afl"),
        (["common", "development", "and", "distribution"], "cddl"), (["common", "public"], "cpl"),
        (["zope", "public"], "zpl"), (["open", "software"], "osl"), (["microsoft", "public"], "ms pl"),
    ]

    /// The folded form of a name.
    static func fold(_ name: String) -> String {
        var words: [String] = []
        var word = ""
        func end() {
            while word.hasSuffix(".") { word.removeLast() }
            if !word.isEmpty { words.append(contentsOf: split(word)) }
            word = ""
        }
        for character in name.lowercased() {
            if character.isASCII, character.isLetter || character.isNumber || character == "." {
                word.append(character)
            } else if character == "+" {
                word.append(character)
                end()
            } else {
                end()
            }
        }
        end()
        return short(words).joined(separator: " ")
    }

    /// `gplv2+` into `gpl` and `2+`; `2.0` is `2`.
    private static func split(_ word: String) -> [String] {
        guard let digit = word.firstIndex(where: \.isNumber) else { return [word] }
        var letters = word[..<digit]
        if letters.hasSuffix("v") { letters.removeLast() }
        var number = word[digit...]
        let isOpen = number.hasSuffix("+")
        if isOpen { number.removeLast() }
        if number.hasSuffix(".0") { number.removeLast(2) }
        return (letters.isEmpty ? [] : [String(letters)]) + [number + (isOpen ? "+" : "")]
    }

    private static func short(_ all: [String]) -> [String] {
        var words: [String] = []
        var index = 0
        while index < all.count {
            if all[index] == "or", index + 1 < all.count, later.contains(all[index + 1]) {
                // The rest says «or (at your option) any later version» in one way or another.
                if let last = words.last, !last.hasSuffix("+") { words[words.count - 1] = last + "+" }
                index += 1
                while index < all.count, later.contains(all[index]) || silent.contains(all[index]) { index += 1 }
                continue
            }
            if let phrase = phrases.first(where: { all[index...].starts(with: $0.words) }) {
                words.append(phrase.short)
                index += phrase.words.count
                continue
            }
            if !silent.contains(all[index]) { words.append(all[index]) }
            index += 1
        }
        return words
    }
}
