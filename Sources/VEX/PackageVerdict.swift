package import ScanModel

/// What was said about one flaw in one package, before it is asked in which image the package is.
package struct PackageVerdict: Sendable {
    private struct Said: Sendable {
        var entry: Suppressions.Entry
        /// The products that are images; empty where the statement holds in every image.
        var images: [VEXProduct]
    }

    /// The latest first.
    private var said: [Said] = []
    private var exceptions: [FindingException] = []

    init() {}

    init(entries: [Suppressions.Entry], exceptions: [IndexedException], package: ProductURL) {
        said = entries.compactMap { entry in
            var images: [VEXProduct] = []
            for product in entry.products {
                switch product.reach(package) {
                case .everywhere: return Said(entry: entry, images: [])
                case .inImage: images.append(product.product)
                case .nowhere: break
                }
            }
            return images.isEmpty ? nil : Said(entry: entry, images: images)
        }
        // A statement without a readable time is older than all others.
        said.sort { left, right in
            guard left.entry.instant == right.entry.instant else {
                guard let time = left.entry.instant else { return false }
                return right.entry.instant.map { time > $0 } ?? true
            }
            return left.entry.position > right.entry.position
        }
        self.exceptions = exceptions.filter { $0.covers(package) }.map(\.exception)
    }

    /// Whether nothing was said.
    package var isEmpty: Bool { said.isEmpty && exceptions.isEmpty }

    /// Whether the answer may differ from image to image.
    package var dependsOnImage: Bool {
        said.contains { !$0.images.isEmpty } || exceptions.contains { !$0.images.isEmpty }
    }

    /// Why the flaw needs no work in `image`; `nil` where it does.
    package func suppression(in image: ImageIdentity) -> Suppression? {
        if let counting = counting(in: image), let suppression = counting.suppression { return suppression }
        return exceptions.first { $0.covers(image) }?.suppression
    }

    /// What the statement that counts says about the flaw in `image`; `nil` where there is none.
    package func status(in image: ImageIdentity) -> VEXStatus? { counting(in: image)?.statement.status }

    private func counting(in image: ImageIdentity) -> Suppressions.Entry? {
        said.first { said in
            said.images.isEmpty
                || said.images.contains { product in
                    product.digests.contains(where: image.digests.contains)
                        || product.identifiers.contains(where: image.isNamed)
                }
        }?.entry
    }
}

extension Suppressions.Entry {
    fileprivate var suppression: Suppression? {
        guard statement.status.suppresses else { return nil }
        return Suppression(
            kind: .vex,
            status: statement.status == .fixed ? .fixed : .notAffected,
            justification: statement.justification,
            reason: statement.impact,
            source: source,
            author: author
        )
    }
}

/// A product whose identifiers have been taken apart.
struct IndexedProduct: Sendable {
    /// Where a statement about a product is one about a package.
    enum Reach { case everywhere, inImage, nowhere }

    var product: VEXProduct
    private var urls: [ProductURL]
    private var components: [ProductURL]
    /// Whether the product may be an image: a digest, a purl of one, or a name that is no purl.
    private var mayBeImage: Bool

    init(_ product: VEXProduct) {
        self.product = product
        urls = product.identifiers.compactMap(ProductURL.init)
        components = product.components.compactMap(ProductURL.init)
        mayBeImage =
            !product.digests.isEmpty || urls.count < product.identifiers.count
            || urls.contains { $0.type == "oci" || $0.type == "docker" }
    }

    func reach(_ package: ProductURL) -> Reach {
        if let platform = product.platform {
            guard let distro = package.qualifiers["distro"], ProductURL.release(distro, is: platform, whole: true)
            else {
                return .nowhere
            }
        }
        if !product.versions.isEmpty,
            !product.versions.contains(where: { package.spelling(ofVersion: $0) == package.version })
        {
            return .nowhere
        }
        // A product that is a package stands for itself; what it holds is found as packages of their own.
        if product.components.isEmpty, urls.contains(where: { $0.covers(package) }) { return .everywhere }
        guard mayBeImage else { return .nowhere }
        let isCovered = product.components.isEmpty || components.contains { $0.covers(package) }
        return isCovered ? .inImage : .nowhere
    }
}

/// An exception whose package has been taken apart.
struct IndexedException: Sendable {
    let exception: FindingException
    private let url: ProductURL?

    init(_ exception: FindingException) {
        self.exception = exception
        url = exception.package.flatMap(ProductURL.init)
    }

    func covers(_ found: ProductURL) -> Bool {
        guard let package = exception.package else { return true }
        if let url { return url.covers(found) }
        let name = found.spelling(of: package)
        return found.path == name || found.name == name || found.isPart(of: name)
    }
}
