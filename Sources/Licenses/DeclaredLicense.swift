extension LicenseExpression {
    /// What a declaration in a package's metadata says, as an expression of current SPDX identifiers.
    ///
    /// Takes SPDX expressions, deprecated identifiers, Debian's and Fedora's short names, Trove classifiers and common
    /// names. `nil` where a part of it means no licence of the SPDX list for certain, as `BSD` or `custom` do not.
    package static func normalized(_ declared: String) -> LicenseExpression? {
        guard declared.utf8.count <= maxBytes else { return nil }
        if let exact = ExpressionParser.parse(declared, words: .identifiers) {
            return LicenseExpression(root: current(exact))
        }
        var name = Substring(declared)
        if let classifier = name.ranges(of: " :: ").last { name = name[classifier.upperBound...] }
        if let node = LicenseNames.node(for: String(name)) { return LicenseExpression(root: current(node)) }
        // «GNU General Public License v2 or later (GPLv2+)»: the words before say it all, else the short name does.
        if name.hasSuffix(")"), let open = name.lastIndex(of: "("), open > name.startIndex {
            // Behind an operator it is no short name but the last part of an expression.
            let isName = ExpressionParser.isName(name[..<open])
            for part in [name[..<open]] + (isName ? [name[name.index(after: open)...].dropLast()] : []) {
                if let node = LicenseNames.node(for: String(part)) { return LicenseExpression(root: current(node)) }
            }
        }
        return ExpressionParser.parse(String(name), words: .names).map { LicenseExpression(root: current($0)) }
    }

    /// The expression with current identifiers in place of deprecated ones.
    private static func current(_ node: Node) -> Node {
        switch node {
        case .license(var license):
            // «GPL-2.0+» is a deprecated identifier, and «GPL-2.0-only» with a plus means the same.
            let id = LicenseNames.current(license.orLater ? license.id + "+" : license.id)
            if !id.hasSuffix("+") {
                license.orLater = false
                license.id = id
            }
            if license.exception == nil, !license.orLater, let parts = LicenseNames.withException[license.id] {
                license.id = parts.id
                license.exception = parts.exception
            }
            return .license(license)
        case .all(let parts): return .all(parts.map(current))
        case .any(let parts): return .any(parts.map(current))
        }
    }
}
