import Advisories

/// Reads OpenVEX (github.com/openvex/spec, OPENVEX-SPEC.md 0.2.0, and the simpler products of 0.0.1).
struct OpenVEXReader {
    private let root: JSONValue

    init(_ root: JSONValue) { self.root = root }

    func document(_ builder: inout VEXBuilder) throws(VEXError) -> VEXDocument {
        for (index, statement) in (root["statements"]?.elements ?? []).enumerated() {
            let place = "statement \(index + 1)"
            guard let status = builder.word(statement["status"]).flatMap(VEXStatus.init) else {
                builder.note("\(place): no known status")
                continue
            }
            // "Inheritance Flow": what a statement leaves out it has from the document.
            let time = statement["timestamp"] ?? root["last_updated"] ?? root["timestamp"]
            try builder.add(
                VEXStatement(
                    names: names(statement["vulnerability"], builder),
                    products: (statement["products"] ?? root["products"])?.elements.compactMap { product($0, builder) }
                        ?? [],
                    status: status,
                    justification: builder.word(statement["justification"]),
                    impact: builder.text(statement["impact_statement"]) ?? builder.text(statement["status_notes"]),
                    timestamp: builder.word(time)
                ),
                at: place
            )
        }
        return VEXDocument(
            format: .openVEX,
            id: builder.word(root["@id"]) ?? builder.name,
            author: builder.word(root["author"]) ?? "",
            statements: builder.statements,
            problems: builder.problems
        )
    }

    private func names(_ value: JSONValue?, _ builder: VEXBuilder) -> [String] {
        if let name = builder.word(value) { return [name] }
        return [builder.word(value?["name"])].compactMap(\.self)
            + (value?["aliases"]?.elements ?? []).compactMap { builder.word($0) }
    }

    private func product(_ value: JSONValue, _ builder: VEXBuilder) -> VEXProduct? {
        var product = VEXProduct(identifiers: identifiers(value, builder), digests: digests(value, builder))
        let parts = value["subcomponents"]?.elements ?? []
        product.components = parts.flatMap { identifiers($0, builder) }
        guard !product.identifiers.isEmpty || !product.digests.isEmpty else { return nil }
        // Components that cannot be read must not turn a statement about a part into one about the whole.
        guard parts.isEmpty || !product.components.isEmpty else { return nil }
        return product
    }

    private func identifiers(_ value: JSONValue, _ builder: VEXBuilder) -> [String] {
        if let text = builder.word(value) { return [text] }
        let stated = [value["@id"], value["identifiers"]?["purl"]].compactMap { builder.word($0) }
        return stated.count == 2 && stated[0] == stated[1] ? [stated[0]] : stated
    }

    private func digests(_ value: JSONValue, _ builder: VEXBuilder) -> [String] {
        builder.word(value["hashes"]?["sha-256"]).map { ["sha256:\($0.lowercased())"] } ?? []
    }
}
