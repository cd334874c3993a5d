import ScanModel

/// The words of CycloneDX 1.6 for what we say.
enum CycloneDXTerms {
    static func severity(_ severity: Severity) -> String {
        severity == .negligible ? "info" : severity.rawValue
    }

    static func method(_ version: String) -> String {
        switch version {
        case "2.0": "CVSSv2"
        case "3.0": "CVSSv3"
        case "3.1": "CVSSv31"
        case "4.0": "CVSSv4"
        default: "other"
        }
    }

    static func algorithm(_ hash: FileHash) -> String {
        switch hash.algorithm {
        case .md5: "MD5"
        case .sha1: "SHA-1"
        case .sha256: "SHA-256"
        case .sha384: "SHA-384"
        case .sha512: "SHA-512"
        }
    }

    /// Who gives out identifiers like `id`.
    static func issuer(of id: String, else provider: String) -> String {
        if id.hasPrefix("CVE-") { return "NVD" }
        return id.hasPrefix("GHSA-") ? "GitHub" : provider
    }

    /// What is known about the flaw as a whole that the format has no place for.
    static func properties(_ flaw: BillOfMaterials.Vulnerability) -> [Property] {
        var properties: [Property] = []
        if let epss = flaw.epss { properties.append(Property(PropertyName.epss, "\(epss)")) }
        if flaw.isExploited { properties.append(Property(PropertyName.kev, "true")) }
        properties += flaw.affected.map { Property(PropertyName.fixState, "\($0.fixState.rawValue) \($0.purl)") }
        return properties
    }

    /// The `analysis` of a suppressed flaw: state, justification and response, as the schema's enumerations have them.
    ///
    /// An accepted flaw stays exploitable to the format, and the answer to it is that it will not be fixed.
    static func analysis(_ suppression: Suppression) -> (state: String, justification: String?, response: String?) {
        switch suppression.status {
        case .notAffected: ("not_affected", suppression.justification.flatMap(justification), nil)
        case .fixed: ("resolved", nil, nil)
        case .accepted: ("exploitable", nil, "will_not_fix")
        }
    }

    /// The format's own label for one of OpenVEX, CSAF or the format itself; `nil` where there is none.
    private static func justification(_ label: String) -> String? {
        switch label {
        case "component_not_present", "vulnerable_code_not_present": "code_not_present"
        case "vulnerable_code_not_in_execute_path", "vulnerable_code_cannot_be_controlled_by_adversary":
            "code_not_reachable"
        case "inline_mitigations_already_exist": "protected_by_mitigating_control"
        case "code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency",
            "requires_environment", "protected_by_compiler", "protected_at_runtime", "protected_at_perimeter",
            "protected_by_mitigating_control":
            label
        default: nil
        }
    }

    /// The words of an analysis: whose they are and until when they hold has no place of its own.
    static func detail(_ suppression: Suppression) -> String {
        let author = suppression.author.map { "stated by \($0) in \(suppression.source)" }
        return [
            suppression.reason, author ?? "stated in \(suppression.source)",
            suppression.expires.map { "until \($0)" },
        ].compactMap(\.self).joined(separator: "; ")
    }

    /// The form that fits a component's licences: one expression, or a list of licences.
    ///
    /// A list must not hold expressions, so one among others becomes a licence's name.
    static func expression(_ licenses: [LicenseStatement]) -> String? {
        guard licenses.count == 1, case .expression(let text)? = licenses.first?.form else { return nil }
        return text
    }
}
