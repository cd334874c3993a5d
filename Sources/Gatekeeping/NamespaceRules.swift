/// What is asked of the images of a namespace.
package struct NamespaceRule: Sendable, Equatable {
    package enum Mode: String, Sendable, CaseIterable {
        /// Refuse what the policy stops.
        case enforce
        /// Let it in, with a warning.
        case warn
        /// Ask nothing.
        case off
    }

    package enum Unknown: String, Sendable, CaseIterable {
        /// Let in what has no verdict yet, with a warning.
        case allow
        /// Refuse it until it has one.
        case deny
    }

    package var mode = Mode.enforce
    package var unknown = Unknown.deny
    /// The id of the policy bundle; `nil` for the account's active one.
    package var policy: String?

    package init(mode: Mode = .enforce, unknown: Unknown = .deny, policy: String? = nil) {
        self.mode = mode
        self.unknown = unknown
        self.policy = policy
    }
}

/// The rules of all namespaces, of which the first whose pattern holds counts.
///
/// Each is `PATTERN=MODE[,unknown=allow|deny][,policy=ID]`; they are separated by semicolons or line ends, and `*` in a
/// pattern stands for any text.
package struct NamespaceRules: Sendable, Equatable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let rules: [(pattern: String, rule: NamespaceRule)]
    private let otherwise: NamespaceRule

    /// Reads the rules; `otherwise` counts where none holds, and for what a rule does not say.
    package init(_ text: String, otherwise: NamespaceRule) throws(Failure) {
        var rules: [(String, NamespaceRule)] = []
        for part in text.split(whereSeparator: { $0 == ";" || $0.isNewline }) {
            let entry = part.filter { $0 != " " && $0 != "\t" }
            if entry.isEmpty { continue }
            let pair = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2, !pair[0].isEmpty else {
                throw Failure(description: "'\(entry)' is not NAMESPACE=MODE")
            }
            rules.append((pair[0], try Self.rule(pair[1], otherwise)))
        }
        self.rules = rules
        self.otherwise = otherwise
    }

    private static func rule(_ text: String, _ otherwise: NamespaceRule) throws(Failure) -> NamespaceRule {
        var rule = otherwise
        for (index, word) in text.split(separator: ",").enumerated() {
            let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
            if index == 0, let mode = NamespaceRule.Mode(rawValue: String(word)) {
                rule.mode = mode
            } else if pair.count == 2, pair[0] == "unknown", let unknown = NamespaceRule.Unknown(rawValue: pair[1]) {
                rule.unknown = unknown
            } else if pair.count == 2, pair[0] == "policy" {
                rule.policy = pair[1]
            } else {
                throw Failure(
                    description: "'\(word)' is not one of enforce, warn, off, unknown=allow, unknown=deny, policy=ID"
                )
            }
        }
        return rule
    }

    package func rule(for namespace: String) -> NamespaceRule {
        rules.first { Self.matches($0.pattern, namespace) }?.rule ?? otherwise
    }

    package static func == (left: NamespaceRules, right: NamespaceRules) -> Bool {
        left.otherwise == right.otherwise && left.rules.elementsEqual(right.rules) { $0 == $1 }
    }

    /// In time linear to the pattern's length times that of the name, both of which are short.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let name = Array(name.utf8)
        let star = UInt8(ascii: "*")
        var (p, n) = (0, 0)
        var resume: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == star {
                resume = (p, n)
                p += 1
            } else if p < pattern.count, pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = resume {
                resume = (last.pattern, last.name + 1)
                p = last.pattern + 1
                n = last.name + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == star }
    }
}
