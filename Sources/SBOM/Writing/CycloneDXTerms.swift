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

    /// The form that fits a component's licences: one expression, or a list of licences.
    ///
    /// A list must not hold expressions, so one among others becomes a licence's name.
    static func expression(_ licenses: [LicenseStatement]) -> String? {
        guard licenses.count == 1, case .expression(let text)? = licenses.first?.form else { return nil }
        return text
    }
}
