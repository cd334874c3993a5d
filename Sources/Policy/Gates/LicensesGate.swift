extension Gate {
    static let licenses = Gate(
        "licenses",
        "License checks against found software licenses in the container image",
        [LicenseTrigger.self, LicensePartTrigger.self]
    )
}

/// The words of the licences of each package, and the packages' names.
private func licenseWords(_ image: ImageFacts) throws(Unjudged) -> [(package: String, word: String)] {
    try image.packages.get().flatMap { package in
        package.licenses.flatMap { PythonText.words($0) }.map { (package.name, $0) }
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

    private let licenses: [String]

    init(_ values: ParameterValues) { licenses = values.list("licenses") }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let listed = Set(licenses)
        let hits = try licenseWords(image).filter { listed.contains($0.word) }.map { "\($0.package)(\($0.word))" }
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

    private let parts: [String]

    init(_ values: ParameterValues) { parts = values.list("licenses") }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        // A licence is named once for each part that it holds.
        let hits = try licenseWords(image).flatMap { item in
            parts.filter { $0.isEmpty || PythonText.contains(item.word, $0) }.map { _ in "\(item.package)(\(item.word))"
            }
        }
        guard !hits.isEmpty else { return [] }
        return [
            TriggerFinding(
                "LICSUBMATCH Packages are installed that have blacklisted licenses: " + hits.joined(separator: ", ")
            )
        ]
    }
}
