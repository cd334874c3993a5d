/// The name of a licence, or of a family of licences, as somebody asks for it.
package struct LicenseQuestion: Sendable {
    private let wanted: String

    package init(_ text: String) { wanted = text.lowercased() }

    /// Whether the licence `name` is meant: it has this name in any case, or the name and then a version or an exception.
    ///
    /// `agpl` means `AGPL-3.0-only` and `AGPL-3.0-or-later`; `gpl` means neither of them nor `LGPL-2.1-only`.
    package func matches(_ name: String) -> Bool {
        let name = name.lowercased()
        guard name != wanted else { return true }
        guard !wanted.isEmpty, name.hasPrefix(wanted), let next = name.utf8.dropFirst(wanted.utf8.count).first else {
            return false
        }
        return " -+".utf8.contains(next)
    }
}
