package import ScanModel

/// All statements and exceptions that a scan was given, ready to be asked about findings.
package struct Suppressions: Sendable {
    struct Entry: Sendable {
        /// The order in which statements were given.
        var position: Int
        var instant: VEXInstant?
        var source: String
        var author: String?
        var statement: VEXStatement
        var products: [IndexedProduct]
    }

    /// By name of the flaw, in the order in which they were given.
    private var entries: [String: [Entry]] = [:]
    private var exceptions: [String: [IndexedException]] = [:]
    /// The exceptions that have ended, to be told.
    package let expired: [FindingException]

    /// Takes everything together; `today` is `YYYY-MM-DD`.
    package init(documents: [VEXDocument], exceptions: [FindingException] = [], today: String) {
        expired = exceptions.filter { $0.hasExpired(by: today) }
        for exception in exceptions where !exception.hasExpired(by: today) {
            self.exceptions[exception.id, default: []].append(IndexedException(exception))
        }
        var position = 0
        for document in documents {
            for statement in document.statements {
                let entry = Entry(
                    position: position,
                    instant: statement.timestamp.flatMap(VEXInstant.init),
                    source: document.id,
                    author: document.author.isEmpty ? nil : document.author,
                    statement: statement,
                    products: statement.products.map(IndexedProduct.init)
                )
                position += 1
                for name in Set(statement.names) { entries[name, default: []].append(entry) }
            }
        }
    }

    /// Whether there is nothing that could count.
    package var isEmpty: Bool { entries.isEmpty && exceptions.isEmpty }

    /// Why the flaw named `id` (or one of `aliases`) in the package `purl` of `image` needs no work; `nil` where it does.
    ///
    /// Of the statements about it the latest counts, whatever it says; of several at one time the last that was given.
    /// An exception counts where no statement suppresses.
    package func suppression(id: String, aliases: [String], purl: String, image: ImageIdentity) -> Suppression? {
        about(id: id, aliases: aliases, purl: purl).suppression(in: image)
    }

    /// What is said about the flaw named `id` (or one of `aliases`) in the package `purl`, in whatever image it is.
    package func about(id: String, aliases: [String], purl: String) -> PackageVerdict {
        let names = Set([id] + aliases).sorted()
        let entries = names.flatMap { self.entries[$0] ?? [] }
        let exceptions = names.flatMap { self.exceptions[$0] ?? [] }
        guard !entries.isEmpty || !exceptions.isEmpty, let package = ProductURL(purl) else { return PackageVerdict() }
        return PackageVerdict(entries: entries, exceptions: exceptions, package: package)
    }
}
