/// Advisories about the packages of synthetic fleets, so that matching has what to do.
package enum SyntheticAdvisories {
    /// Every how many-th name has a flaw.
    private static let step = 3

    /// A document as Debian's security tracker publishes it.
    package static var debian: String {
        let sources = stride(from: 0, to: LayerEvidence.names, by: step).map { number in
            let fixed = LayerEvidence.debianVersion(number % 7)
            return """
                "\(LayerEvidence.debianSource(number))": {"CVE-2024-\(10_000 + number)": {"description": "a flaw",\
                "releases": {"bookworm": {"status": "resolved", "fixed_version": "\(fixed)", "urgency": "medium"}}}}
                """
        }
        return "{\n\(sources.joined(separator: ",\n"))\n}\n"
    }

    /// Records in the form of osv.dev, by file name, for each language.
    package static var languages: [(file: String, text: String)] {
        ["PyPI", "npm", "Maven"].flatMap { ecosystem in
            stride(from: 0, to: LayerEvidence.names, by: step).map { number in
                let id = "SYN-\(ecosystem)-\(number)"
                let group = ecosystem == "Maven" ? "org.example:" : ""
                let name = group + LayerEvidence.languageName(number)
                let fixed = LayerEvidence.version(number % 7)
                return (
                    "\(id).json",
                    """
                    {"id": "\(id)", "modified": "2024-01-01T00:00:00Z", "summary": "a flaw", "affected": [{"package":\
                    {"ecosystem": "\(ecosystem)", "name": "\(name)"}, "ranges": [{"type": "ECOSYSTEM", "events":\
                    [{"introduced": "0"}, {"fixed": "\(fixed)"}]}]}]}

                    """
                )
            }
        }
    }
}
