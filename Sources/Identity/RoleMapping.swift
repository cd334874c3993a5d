package import AnchoreAPI

/// Which role, and in which account, a member of a group has: `GROUP=ROLE[@ACCOUNT]`, one after another.
///
/// Of several that hold, the highest role counts, and of equal ones the first. `*` is everybody. Groups are separated by
/// semicolons or line ends, since the names of a directory's groups have commas.
package struct RoleMapping: Sendable, Equatable {
    /// What is wrong with a mapping.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private struct Rule: Sendable, Equatable {
        let group: String
        let role: AccessRole
        let account: String?
    }

    private let rules: [Rule]
    private let ignoresCase: Bool

    /// Reads the text of a setting; `ignoresCase` for a directory, whose names are the same in any case.
    package init(_ text: String, ignoresCase: Bool = false) throws(Failure) {
        var rules: [Rule] = []
        for part in text.split(whereSeparator: { $0 == ";" || $0.isNewline }) {
            let entry = part.trimmingSpaces
            if entry.isEmpty { continue }
            // The last one: a directory's names have signs of equality of their own.
            guard let equals = entry.lastIndex(of: "=") else {
                throw Failure(description: "'\(entry)' is not GROUP=ROLE or GROUP=ROLE@ACCOUNT")
            }
            let group = entry[..<equals].trimmingSpaces
            let target = entry[entry.index(after: equals)...].split(separator: "@", maxSplits: 1)
            guard let name = target.first?.trimmingSpaces, let role = AccessRole(rawValue: String(name)), !group.isEmpty
            else {
                let known = AccessRole.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(description: "'\(entry)' names no role: \(known)")
            }
            let account = target.dropFirst().first.map { String($0.trimmingSpaces) }
            if let account, !AccountRecord.isName(account) {
                throw Failure(description: "'\(account)' is not a name for an account")
            }
            rules.append(
                Rule(group: ignoresCase ? group.lowercased() : String(group), role: role, account: account)
            )
        }
        self.rules = rules
        self.ignoresCase = ignoresCase
    }

    /// Whether there is no rule, so that nobody has a role.
    package var isEmpty: Bool { rules.isEmpty }

    /// The role of somebody in these groups, with the account where the rule names one; `nil` for none.
    package func role(in groups: [String]) -> (role: AccessRole, account: String?)? {
        let names = Set(ignoresCase ? groups.map { $0.lowercased() } : groups)
        let holding = rules.filter { $0.group == "*" || names.contains($0.group) }
        guard let highest = holding.map(\.role).max(), let rule = holding.first(where: { $0.role == highest }) else {
            return nil
        }
        return (rule.role, rule.account)
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it.
    var trimmingSpaces: SubSequence {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let start = firstIndex { !isSpace($0) } ?? endIndex
        let end = lastIndex { !isSpace($0) }.map { index(after: $0) } ?? start
        return self[start..<end]
    }
}
