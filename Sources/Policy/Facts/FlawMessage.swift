/// What rules say of a flaw in a package, as Anchore Engine words it.
///
/// Made once for each flaw: many rules say it, of thousands of flaws, and most add nothing.
struct FlawMessage: Sendable {
    /// Without what a rule adds.
    let plain: String
    /// Where that goes.
    private let place: String.Index

    init(
        id: String,
        severity: PolicySeverity,
        link: String,
        package: PackageFact,
        fixedVersions: [String]
    ) {
        var text = ""
        text.reserveCapacity(256)
        text += severity.upperCase
        text +=
            package.isOS ? " Vulnerability found in os package type (" : " Vulnerability found in non-os package type ("
        text += package.type
        text += ") - "
        text += package.isOS ? package.name : package.location ?? "None"
        text += " "
        if !fixedVersions.isEmpty {
            text += "(fixed in: "
            text += fixedVersions.joined(separator: ", ")
            text += ")"
        }
        let length = text.utf8.count
        text += "("
        text += id
        text += " - "
        text += link
        text += ")"
        plain = text
        place = text.utf8.index(text.startIndex, offsetBy: length)
    }

    /// With groups of additions, those that are empty left out.
    func adding(_ first: [String], _ second: [String], _ third: [String]) -> String {
        guard !(first.isEmpty && second.isEmpty && third.isEmpty) else { return plain }
        var text = String(plain[..<place])
        for group in [first, second, third] where !group.isEmpty {
            text += "("
            text += group.joined(separator: " ")
            text += ")"
        }
        text += plain[place...]
        return text
    }
}
