/// Why a finding needs no work, and who says so; the finding itself stays.
package struct Suppression: Sendable, Codable, Equatable {
    package enum Status: String, Sendable, Codable {
        case notAffected = "not_affected"
        case fixed
        /// The flaw is there, and somebody answers for leaving it.
        case accepted
    }

    package var status: Status
    /// A VEX label, `vulnerable_code_not_present`; `nil` for an exception.
    package var justification: String?
    /// The author's words.
    package var reason: String?
    /// The document or the file that says it.
    package var source: String
    package var author: String?
    /// `YYYY-MM-DD`, the last day on which it counts; `nil` without an end.
    package var expires: String?

    package init(
        status: Status,
        justification: String? = nil,
        reason: String? = nil,
        source: String,
        author: String? = nil,
        expires: String? = nil
    ) {
        self.status = status
        self.justification = justification
        self.reason = reason
        self.source = source
        self.author = author
        self.expires = expires
    }
}

/// All statements and exceptions that a scan was given, ready to be asked about findings.
package struct Suppressions: Sendable {
    private struct Entry: Sendable {
        var document: Int
        var statement: VEXStatement
        var products: [IndexedProduct]
    }

    /// A product whose identifiers have been taken apart.
    private struct IndexedProduct: Sendable {
        var product: VEXProduct
        var urls: [ProductURL]
        var components: [ProductURL]
    }

    /// By name of the flaw, in the order in which they were given.
    private var entries: [String: [Entry]] = [:]
    private var documents: [(id: String, author: String)] = []
    private let exceptions: [FindingException]
    /// The exceptions that have ended, to be told.
    package let expired: [FindingException]

    /// Takes everything together; `today` is `YYYY-MM-DD`.
    package init(documents: [VEXDocument], exceptions: [FindingException] = [], today: String) {
        self.exceptions = exceptions.filter { !$0.hasExpired(by: today) }
        expired = exceptions.filter { $0.hasExpired(by: today) }
        for (number, document) in documents.enumerated() {
            self.documents.append((document.id, document.author))
            for statement in document.statements {
                let entry = Entry(
                    document: number,
                    statement: statement,
                    products: statement.products.map { product in
                        IndexedProduct(
                            product: product,
                            urls: product.identifiers.compactMap(ProductURL.init),
                            components: product.components.compactMap(ProductURL.init)
                        )
                    }
                )
                for name in Set(statement.names) { entries[name, default: []].append(entry) }
            }
        }
    }

    /// Why the flaw named `id` (or one of `aliases`) in the package `purl` of `image` needs no work; `nil` where it does.
    ///
    /// Of the statements about it the latest counts, whatever it says; of several at one time the last that was given.
    /// An exception counts where no statement suppresses.
    package func suppression(id: String, aliases: [String], purl: String, image: ImageIdentity) -> Suppression? {
        if let found = statement(id: id, aliases: aliases, purl: purl, image: image), found.suppression != nil {
            return found.suppression
        }
        return exceptions.first { $0.covers(names: [id] + aliases, purl: purl, image: image) }?.suppression
    }

    /// The statement that counts, with what it suppresses: `nil` for one that the product is affected or looked at.
    package func statement(
        id: String,
        aliases: [String],
        purl: String,
        image: ImageIdentity
    ) -> (status: VEXStatus, suppression: Suppression?)? {
        guard let package = ProductURL(purl) else { return nil }
        var best: Entry?
        for entry in Set([id] + aliases).sorted().flatMap({ entries[$0] ?? [] }) {
            guard entry.products.contains(where: { Self.isAbout($0, package, image) }) else { continue }
            if let best, Self.isOlder(entry, than: best) { continue }
            best = entry
        }
        guard let best else { return nil }
        let statement = best.statement
        guard statement.status.suppresses else { return (statement.status, nil) }
        let (source, author) = documents[best.document]
        let suppression = Suppression(
            status: statement.status == .fixed ? .fixed : .notAffected,
            justification: statement.justification,
            reason: statement.impact,
            source: source,
            author: author.isEmpty ? nil : author
        )
        return (statement.status, suppression)
    }

    private static func isOlder(_ entry: Entry, than other: Entry) -> Bool {
        let times = (entry.statement.timestamp ?? "", other.statement.timestamp ?? "")
        return times.0 == times.1 ? entry.document < other.document : times.0 < times.1
    }

    private static func isAbout(_ product: IndexedProduct, _ package: ProductURL, _ image: ImageIdentity) -> Bool {
        let stated = product.product
        if let platform = stated.platform {
            guard let distro = package.qualifiers["distro"], ProductURL.release(distro, is: platform, whole: true)
            else {
                return false
            }
        }
        if !stated.versions.isEmpty, !stated.versions.contains(package.version) { return false }
        let isImage =
            stated.digests.contains(where: image.digests.contains) || stated.identifiers.contains(where: image.isNamed)
        if isImage {
            return stated.components.isEmpty || product.components.contains { $0.covers(package) }
        }
        // A product that is a package stands for itself; what it holds is found as packages of their own.
        return stated.components.isEmpty && product.urls.contains { $0.covers(package) }
    }
}
