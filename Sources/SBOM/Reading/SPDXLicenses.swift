import Licenses

/// Licences as SPDX documents state them.
struct SPDXLicenses {
    /// The texts or names that the document defines, by their references.
    private var defined: [String: String] = [:]

    /// Takes in what the document says about `reference`.
    mutating func define(_ reference: String, name: String, text: String) {
        guard reference.hasPrefix("LicenseRef-"), defined.count < SBOMLimits.maxComponents else { return }
        let isNamed = !name.isEmpty && name != "NOASSERTION" && name != reference
        // The text of a whole licence is no name of it.
        let isShort = text.utf8.count <= 200 && !text.contains(where: \.isNewline)
        if isNamed { defined[reference] = name } else if isShort, !text.isEmpty { defined[reference] = text }
    }

    /// The licences that `declared` says hold together; each reference to a definition by its name.
    func licenses(_ declared: String) -> [String] {
        guard !declared.isEmpty, declared != "NOASSERTION", declared != "NONE" else { return [] }
        guard let expression = LicenseExpression.parse(declared) else { return [declared] }
        return expression.conjuncts.map { part in
            let text = "\(part)"
            return defined[text] ?? text
        }
    }
}
