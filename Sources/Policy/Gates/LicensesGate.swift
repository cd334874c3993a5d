import Licenses

extension Gate {
    static let licenses = Gate(
        "licenses",
        "License checks against found software licenses in the container image",
        [LicenseTrigger.self, LicensePartTrigger.self]
    )
}

/// The words of the licences of each package, and the packages' names.
///
/// Of a package that states none there is the word that Anchore Engine has in its place, by which rules find it.
private func licenseWords(_ image: ImageFacts) throws(Unjudged) -> [(package: String, word: String)] {
    try image.packages.get().flatMap { package in
        // Each licence once a package, in however many of its expressions it stands, and none of what joins them.
        var seen: Set = ["AND", "OR", "WITH"]
        let words = package.licenses.flatMap { PythonText.words($0) }.map { bare($0) }.filter {
            seen.insert($0).inserted
        }
        return (words.isEmpty ? unstated(package.type) : words).map { (package.name, $0) }
    }
}

/// A part of an expression without the brackets that it stands in.
private func bare(_ word: String) -> String {
    let inner = word.drop { $0 == "(" }
    // Those of its own have a partner.
    guard !inner.contains("(") else { return String(inner) }
    return String(inner.reversed().drop { $0 == ")" }.reversed())
}

private func unstated(_ type: String) -> [String] {
    switch type {
    case "dpkg": ["Unknown"]
    case "rpm", "APKG", "go", "java", "binary": ["N/A"]
    default: []
    }
}

/// A licence of a rule.
private struct ListedLicense {
    /// As the rule has it, in whatever distribution's spelling: `GPL-2`, `GPLv2+`, `Expat`.
    let text: String
    /// As packages have it: what they declare is kept as an SPDX expression where it is recognised.
    let recognised: String

    init(_ text: String) {
        self.text = text
        recognised = LicenseExpression.normalized(text)?.description ?? text
    }
}

private struct LicenseTrigger: ImageTrigger {
    static let name = "blacklist_exact_match"
    static let summary = "Triggers if a package is distributed under the specified (exact match) license(s)."
    static let parameters = [
        Parameter(
            "licenses",
            .list,
            required: true,
            example: "GPLv2+,GPL-3+,BSD-2-clause",
            "List of license names to blacklist exactly."
        )
    ]

    /// The rule's spelling by every other.
    private let spellings: [String: String]

    init(_ values: ParameterValues) {
        let licenses = values.list("licenses").map { ListedLicense($0) }
        // What stands in the rule goes before what it means.
        let pairs = licenses.map { ($0.text, $0.text) } + licenses.map { ($0.recognised, $0.text) }
        spellings = Dictionary(pairs) { first, _ in first }
    }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        // Named as the rule does: so does Anchore Engine, which compares the declarations.
        let hits = try licenseWords(image).compactMap { item in
            spellings[item.word].map { "\(item.package)(\($0))" }
        }
        guard !hits.isEmpty else { return [] }
        return [
            TriggerFinding(
                "LICFULLMATCH Packages are installed that have blacklisted licenses: " + hits.joined(separator: ", ")
            )
        ]
    }
}

private struct LicensePartTrigger: ImageTrigger {
    static let name = "blacklist_partial_match"
    static let summary = "Triggers if a package is distributed under the specified (substring match) license(s)."
    static let parameters = [
        Parameter(
            "licenses",
            .list,
            required: true,
            example: "LGPL,BSD",
            "List of strings to do substring match for blacklist."
        )
    ]

    private let parts: [ListedLicense]

    init(_ values: ParameterValues) { parts = values.list("licenses").map { ListedLicense($0) } }

    private static func holds(_ word: String, _ part: ListedLicense) -> Bool {
        part.text.isEmpty || PythonText.contains(word, part.text) || PythonText.contains(word, part.recognised)
    }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        // A licence is named once for each part that it holds.
        let hits = try licenseWords(image).flatMap { item in
            parts.filter { Self.holds(item.word, $0) }.map { _ in "\(item.package)(\(item.word))" }
        }
        guard !hits.isEmpty else { return [] }
        return [
            TriggerFinding(
                "LICSUBMATCH Packages are installed that have blacklisted licenses: " + hits.joined(separator: ", ")
            )
        ]
    }
}
