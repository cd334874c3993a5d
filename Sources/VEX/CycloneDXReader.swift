import Advisories
import ScanModel

/// Reads the vulnerabilities of a CycloneDX document (bom-1.6.schema.json, `vulnerability` and its `analysis`), which may
/// come with the components or speak of those of another document.
struct CycloneDXReader {
    private let root: JSONValue
    /// The purls of components by their `bom-ref`.
    private let purls: [String: String]
    /// The digests of the thing described, where it is an image.
    private let subject: (ref: String?, digests: [String])

    init(_ root: JSONValue, limits: VEXLimits) throws(VEXError) {
        self.root = root
        var purls: [String: String] = [:]
        let main = root["metadata"]?["component"]
        // Components within components, level by level.
        var level = [main].compactMap(\.self) + (root["components"]?.elements ?? [])
        while !level.isEmpty {
            for component in level {
                guard let ref = component["bom-ref"]?.string, let purl = component["purl"]?.string,
                    purls.count < limits.maxProducts, purl.utf8.count <= limits.maxNameBytes
                else { continue }
                purls[ref] = purl
            }
            level = level.flatMap { $0["components"]?.elements ?? [] }
        }
        self.purls = purls
        let hashes = main?["hashes"]?.elements ?? []
        let digests = hashes.filter { $0["alg"]?.string == "SHA-256" }.compactMap { $0["content"]?.string }
        subject = (main?["bom-ref"]?.string, digests.map { "sha256:\($0.lowercased())" })
    }

    func document(_ builder: inout VEXBuilder) throws(VEXError) -> VEXDocument {
        for (index, flaw) in (root["vulnerabilities"]?.elements ?? []).enumerated() {
            // Without an analysis it is a finding, and no statement about it.
            guard let analysis = flaw["analysis"] else { continue }
            guard let status = builder.word(analysis["state"]).flatMap(Self.status) else {
                builder.note("vulnerability \(index + 1): no known state")
                continue
            }
            let time = analysis["lastUpdated"] ?? flaw["updated"] ?? root["metadata"]?["timestamp"]
            try builder.add(
                VEXStatement(
                    names: [builder.word(flaw["id"])].compactMap(\.self)
                        + (flaw["references"]?.elements ?? []).compactMap { builder.word($0["id"]) },
                    products: (flaw["affects"]?.elements ?? []).compactMap { product($0, builder) },
                    status: status,
                    justification: builder.word(analysis["justification"]),
                    impact: builder.text(analysis["detail"]),
                    timestamp: builder.word(time)
                ),
                at: "vulnerability \(index + 1)"
            )
        }
        return VEXDocument(
            format: .cycloneDX,
            id: builder.word(root["serialNumber"]) ?? builder.name,
            author: builder.word(root["metadata"]?["supplier"]?["name"]) ?? "",
            statements: builder.statements,
            problems: builder.problems
        )
    }

    private static func status(_ state: String) -> VEXStatus? {
        switch state {
        case "resolved", "resolved_with_pedigree": .fixed
        case "not_affected", "false_positive": .notAffected
        case "exploitable": .affected
        case "in_triage": .underInvestigation
        default: nil
        }
    }

    private func product(_ affected: JSONValue, _ builder: VEXBuilder) -> VEXProduct? {
        guard let reference = builder.word(affected["ref"]) else { return nil }
        var ref = reference
        // A BOM-Link names an element of another document behind the hash: `urn:cdx:serial/version#ref`.
        if ref.hasPrefix("urn:cdx:"), let hash = ref.firstIndex(of: "#") {
            ref = PURL.decode(ref[ref.index(after: hash)...])
        }
        guard let purl = purls[ref] ?? (ref.hasPrefix("pkg:") ? ref : nil) else { return nil }
        var product = VEXProduct(identifiers: [purl])
        if ref == subject.ref { product.digests = subject.digests }
        let versions = affected["versions"]?.elements ?? []
        // A range is in the vers notation, which is not read: such a statement is not taken to mean every version.
        guard versions.allSatisfy({ $0["version"]?.string != nil }) else { return nil }
        product.versions = versions.compactMap { builder.word($0["version"]) }
        return product
    }
}
