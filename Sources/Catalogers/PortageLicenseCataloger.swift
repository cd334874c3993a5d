import Bytes
import ScanModel

/// The licences of a Gentoo package, from the `LICENSE` beside its `CONTENTS` (Package Manager Specification 7.3.4 and
/// 8.2, "Dependency specification format").
struct PortageLicenseCataloger: Cataloger {
    let name = "portage-license"
    let version = 1
    /// Longer than any list of licences.
    let maxFileBytes = 4096
    let namesPackages = false
    let selectors: [PathSelector] = [.pattern("var/db/pkg/*/*/LICENSE")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let words = file.bytes.all[...].trimmedText.split(whereSeparator: \.isWhitespace)
        // Without choices and conditions all of the names hold.
        let isList = !words.contains { $0 == "||" || $0 == "(" || $0.hasSuffix("?") }
        found.licenses = RecognisedLicenses.normalized(
            isList ? words.map(Self.license) : [Self.choices(words) ?? words.joined(separator: " ")]
        )
        return found
    }

    /// Gentoo's file `BSD` holds the three clauses.
    private static func license(_ name: Substring) -> String { name == "BSD" ? "BSD-3-Clause" : String(name) }

    /// `A || ( B C )` as `A AND (B OR C)`; `nil` where it is damaged or has conditions.
    private static func choices(_ words: [Substring]) -> String? {
        var text = ""
        var operators = [" AND "]
        var isFirst = true
        var isChoice = false
        for word in words {
            switch word {
            case "||":
                guard !isChoice else { return nil }
                isChoice = true
            case "(":
                text += (isFirst ? "" : operators.last ?? "") + "("
                operators.append(isChoice ? " OR " : " AND ")
                isChoice = false
                isFirst = true
            case ")":
                guard operators.count > 1, !isFirst, !isChoice else { return nil }
                operators.removeLast()
                text += ")"
            default:
                guard !isChoice, !word.hasSuffix("?") else { return nil }
                text += (isFirst ? "" : operators.last ?? "") + license(word)
                isFirst = false
            }
        }
        return operators.count == 1 && !isChoice ? text : nil
    }
}
