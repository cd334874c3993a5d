/// The products of a CSAF document, by the identifiers that its statements use (CSAF 2.0, section 3.2.2).
struct CSAFProductTree {
    /// A component in a product, as a relationship combines them.
    struct Component {
        /// The CPE of the product that it belongs to.
        var cpe: String
        /// The component's purl, where it has one.
        var purl: String?
        /// The component's own identifier.
        var identifier: String
    }

    private struct Product {
        var cpe: String?
        var purl: String?
    }

    private struct Pair {
        var component: String
        var product: String
    }

    private var products: [String: Product] = [:]
    private var pairs: [String: Pair] = [:]

    init(_ tree: JSONValue?, limits: AdvisoryLimits) throws(RecordProblem) {
        var open = tree?["branches"]?.elements ?? []
        while let branch = open.popLast() {
            add(branch["product"])
            open += branch["branches"]?.elements ?? []
            guard products.count <= limits.maxRanges else {
                throw RecordProblem("more than \(limits.maxRanges) products")
            }
        }
        for product in tree?["full_product_names"]?.elements ?? [] { add(product) }
        for relationship in tree?["relationships"]?.elements ?? [] {
            guard let identifier = relationship["full_product_name"]?["product_id"]?.string,
                let component = relationship["product_reference"]?.string,
                let product = relationship["relates_to_product_reference"]?.string
            else { continue }
            pairs[identifier] = Pair(component: component, product: product)
        }
        guard products.count + pairs.count <= limits.maxRanges else {
            throw RecordProblem("more than \(limits.maxRanges) products")
        }
    }

    private mutating func add(_ product: JSONValue?) {
        guard let identifier = product?["product_id"]?.string else { return }
        let helper = product?["product_identification_helper"]
        products[identifier] = Product(cpe: helper?["cpe"]?.string, purl: helper?["purl"]?.string)
    }

    /// The component that a statement's product identifier means; `nil` for a product as a whole or an unknown one.
    func component(_ identifier: String) -> Component? {
        guard let pair = pairs[identifier], let cpe = products[pair.product]?.cpe else { return nil }
        return Component(cpe: cpe, purl: products[pair.component]?.purl, identifier: pair.component)
    }
}
