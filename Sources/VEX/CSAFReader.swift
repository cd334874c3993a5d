import Advisories

/// Reads CSAF documents (OASIS CSAF 2.0, sections 3.2.2 "Product Tree" and 3.2.3 "Vulnerabilities").
struct CSAFReader {
    private let root: JSONValue
    private let limits: VEXLimits
    private let products: [String: VEXProduct]
    /// Product identifiers by group.
    private let groups: [String: [String]]

    init(_ root: JSONValue, limits: VEXLimits) throws(VEXError) {
        self.root = root
        self.limits = limits
        let tree = root["product_tree"]
        let named = Self.products(in: tree, limits: limits)
        products = Self.related(tree, named, limits: limits)
        var groups: [String: [String]] = [:]
        for group in tree?["product_groups"]?.elements ?? [] {
            guard let id = group["group_id"]?.string else { continue }
            groups[id] = group["product_ids"]?.strings
        }
        self.groups = groups
    }

    /// The products that the tree names; the branches are walked level by level, so that none runs deep.
    private static func products(in tree: JSONValue?, limits: VEXLimits) -> [String: VEXProduct] {
        var found: [String: VEXProduct] = [:]
        func add(_ product: JSONValue?) {
            guard let product, let id = product["product_id"]?.string, found.count < limits.maxProducts else { return }
            let helper = product["product_identification_helper"]
            let purls = [helper?["purl"]?.string].compactMap(\.self) + (helper?["purls"]?.strings ?? [])
            found[id] = VEXProduct(
                identifiers: purls.filter { $0.utf8.count <= limits.maxNameBytes },
                platform: helper?["cpe"]?.string.flatMap(platform)
            )
        }
        for product in tree?["full_product_names"]?.elements ?? [] { add(product) }
        var level = tree?["branches"]?.elements ?? []
        while !level.isEmpty {
            for branch in level { add(branch["product"]) }
            level = level.flatMap { $0["branches"]?.elements ?? [] }
        }
        return found
    }

    /// The products with those that relationships make: a component on a platform, or inside an image.
    private static func related(
        _ tree: JSONValue?,
        _ named: [String: VEXProduct],
        limits: VEXLimits
    ) -> [String: VEXProduct] {
        var products = named
        for relation in tree?["relationships"]?.elements ?? [] {
            guard let id = relation["full_product_name"]?["product_id"]?.string,
                let component = relation["product_reference"]?.string.flatMap({ products[$0] }),
                let whole = relation["relates_to_product_reference"]?.string.flatMap({ products[$0] }),
                !component.identifiers.isEmpty, products.count < limits.maxProducts
            else { continue }
            if !whole.identifiers.isEmpty {
                products[id] = VEXProduct(
                    identifiers: whole.identifiers,
                    platform: whole.platform,
                    components: component.identifiers
                )
            } else if let platform = whole.platform {
                products[id] = VEXProduct(identifiers: component.identifiers, platform: platform)
            }
            // A product that is neither a purl nor a release we know says nothing about a package that is found.
        }
        return products
    }

    /// The release that a platform's CPE names, `rhel-9`.
    private static func platform(_ cpe: String) -> String? {
        var text = Substring(cpe)
        for prefix in ["cpe:/", "cpe:2.3:"] where text.hasPrefix(prefix) { text = text.dropFirst(prefix.utf8.count) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[1] == "redhat", parts[2] == "enterprise_linux" || parts[2].hasPrefix("rhel_")
        else {
            return nil
        }
        let release = parts[3].prefix { $0.isASCII && $0.isNumber }
        return release.isEmpty ? nil : "rhel-\(release)"
    }

    func document(_ builder: inout VEXBuilder) throws(VEXError) -> VEXDocument {
        let tracking = root["document"]?["tracking"]
        let time = builder.word(tracking?["current_release_date"])
        for (index, flaw) in (root["vulnerabilities"]?.elements ?? []).enumerated() {
            let names =
                [flaw["cve"]].compactMap { builder.word($0) }
                + (flaw["ids"]?.elements ?? []).compactMap { builder.word($0["text"]) }
            try add(flaw, names: names, time: time, place: "vulnerability \(index + 1)", &builder)
        }
        return VEXDocument(
            format: .csaf,
            id: builder.word(tracking?["id"]) ?? builder.name,
            author: builder.word(root["document"]?["publisher"]?["name"]) ?? "",
            statements: builder.statements,
            problems: builder.problems
        )
    }

    private static let lists: [(name: String, status: VEXStatus)] = [
        ("known_not_affected", .notAffected), ("fixed", .fixed), ("first_fixed", .fixed), ("known_affected", .affected),
        ("first_affected", .affected), ("last_affected", .affected), ("under_investigation", .underInvestigation),
    ]

    private func add(
        _ flaw: JSONValue,
        names: [String],
        time: String?,
        place: String,
        _ builder: inout VEXBuilder
    ) throws(VEXError) {
        let labels = notes(flaw["flags"], text: { builder.word($0["label"]) })
        let impacts = notes(
            flaw["threats"],
            text: { $0["category"]?.string == "impact" ? builder.text($0["details"]) : nil }
        )
        for (list, status) in Self.lists {
            // Products with one reason make one statement.
            var byReason: [[String?]: [VEXProduct]] = [:]
            for id in flaw["product_status"]?[list]?.strings ?? [] {
                guard let product = products[id], !product.identifiers.isEmpty else { continue }
                byReason[[labels[id], impacts[id]], default: []].append(product)
            }
            for (reason, products) in byReason.sorted(by: { "\($0.key)" < "\($1.key)" }) {
                try builder.add(
                    VEXStatement(
                        names: names,
                        products: products,
                        status: status,
                        justification: reason.first ?? nil,
                        impact: reason.last ?? nil,
                        timestamp: time
                    ),
                    at: place
                )
            }
        }
    }

    /// The text of each product that `list` has something to say about.
    private func notes(_ list: JSONValue?, text: (JSONValue) -> String?) -> [String: String] {
        var notes: [String: String] = [:]
        for item in list?.elements ?? [] {
            guard let text = text(item) else { continue }
            let members = (item["group_ids"]?.strings ?? []).flatMap { groups[$0] ?? [] }
            for id in (item["product_ids"]?.strings ?? []) + members { notes[id] = text }
        }
        return notes
    }
}
