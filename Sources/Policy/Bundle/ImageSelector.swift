import LinearRegex

/// Which images a mapping, or an entry of an image list, is about.
package struct ImageSelector: Sendable {
    enum Target: Sendable {
        case tag(Wildcard)
        /// `sha256:…` of the manifest, or of the index that the image was picked from.
        case digest(String)
        /// The image's ID, without an algorithm.
        case id(String)
    }

    package let name: String
    package let id: String?
    let registry: Wildcard
    let repository: Wildcard
    let target: Target
    /// As the bundle has it.
    package let raw: RawJSON

    /// Anchore Engine decides without the image which mapping counts, so that those by digest or id end every evaluation
    /// in STOP; here they mean what they say.
    func matches(_ image: ImageFacts, _ name: ImageName) throws(RegexBudgetError) -> Bool {
        guard try registry.matches(name.registry), try isMeant(name) else { return false }
        switch target {
        case .tag(let pattern): return try pattern.matches(name.tag)
        case .digest(let digest): return digest == image.digest || digest == image.parentDigest
        case .id(let id): return !id.isEmpty && id == image.imageID
        }
    }
}

extension ImageSelector {
    /// Official images of Docker Hub have two names, whichever of them is asked under.
    private func isMeant(_ name: ImageName) throws(RegexBudgetError) -> Bool {
        if try repository.matches(name.repository) { return true }
        return try name.otherRepository.map { other throws(RegexBudgetError) in try repository.matches(other) } ?? false
    }
}

/// The name that an image is judged under.
package struct ImageName: Hashable, Sendable, CustomStringConvertible {
    package var registry: String
    package var repository: String
    package var tag: String

    /// An image that has no name.
    package static let unknown = ImageName(registry: "*", repository: "*", tag: "*")

    package init(registry: String, repository: String, tag: String) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
    }

    /// Reads a name as Anchore Engine does: `library/` is never inserted, the tag is `latest` where none is given.
    ///
    /// A first part with a colon or dot, or one of the names of this machine, is a registry; otherwise it is `docker.io`.
    /// `nil` for an empty text and for one of more than 1024 bytes.
    package init?(_ text: String) {
        let text = PythonText.stripped(text)
        guard !text.isEmpty, text.utf8.count <= 1024 else { return nil }
        if text == Self.unknown.description {
            self = .unknown
            return
        }
        var registry = "docker.io"
        var rest = text[...]
        if let slash = text.firstIndex(of: "/") {
            let host = text[..<slash]
            if host.contains(":") || host.contains(".") || ["localhost", "localbuild", "*"].contains(String(host)) {
                registry = String(host)
                rest = text[text.index(after: slash)...]
            } else if host == "dockerhub" {
                rest = text[text.index(after: slash)...]
            }
        }
        // A digest names no tag, in whose place it is for an image that was added by it; the image is judged under its own
        // digest anyway.
        if let end = rest.firstIndex(of: "@") ?? rest.firstRange(of: ":sha256:")?.lowerBound { rest = rest[..<end] }
        var tag = "latest"
        if let colon = rest.lastIndex(of: ":") {
            if colon != rest.index(before: rest.endIndex) { tag = String(rest[rest.index(after: colon)...]) }
            rest = rest[..<colon]
        }
        self.init(registry: registry, repository: String(rest), tag: tag)
    }

    /// `library/alpine` for `alpine` of Docker Hub, and the other way round.
    var otherRepository: String? {
        let prefix = "library/"
        guard registry == "docker.io" else { return nil }
        if repository.hasPrefix(prefix) { return String(repository.dropFirst(prefix.count)) }
        return repository.contains("/") ? nil : prefix + repository
    }

    package var description: String { "\(registry)/\(repository):\(tag)" }
}
