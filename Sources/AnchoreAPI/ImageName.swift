package import ScanModel

/// A name of an image as Anchore's clients and server read it (`parse_dockerimage_string`).
///
/// It differs from Docker's reading in one thing that users see: a name without a host is on docker.io, and `library/` is
/// never put before it. The fleet keeps it with `library/`, so names are turned both ways here.
package struct AnchoreImageName: Sendable, Equatable {
    package enum Subject: Sendable, Equatable {
        /// The image ID: 64 hexadecimal digits.
        case imageID(String)
        /// A digest alone, or in a repository.
        case digest(Digest, registry: String, repository: String?)
        case tag(registry: String, repository: String, tag: String)
    }

    package let subject: Subject

    /// `nil` for what is no name: other characters than `[A-Za-z0-9@:/_.-]`, over 512 bytes, empty parts.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 512, text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        if text.hasPrefix("sha256:") {
            guard let digest = Digest(text) else { return nil }
            subject = .digest(digest, registry: "docker.io", repository: nil)
            return
        }
        if text.utf8.count == 64, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) {
            subject = .imageID(text.lowercased())
            return
        }
        var registry = "docker.io"
        var rest = text[...]
        if let slash = text.firstIndex(of: "/"), Self.isHost(text[..<slash]) {
            registry = String(text[..<slash])
            rest = text[text.index(after: slash)...]
        }
        let at = rest.firstIndex(of: "@")
        if let end = at ?? rest.firstIndex(of: ":") {
            if let digest = Digest(String(rest[rest.index(after: end)...])) {
                // `repo:tag@digest` means the digest, and so does `repo:digest`: lists of clients show what was added by its
                // digest so, since they put names together themselves.
                let repository = Self.split(rest[..<end]).repository
                guard ImageName.isRepository(repository) else { return nil }
                subject = .digest(digest, registry: registry, repository: String(repository))
                return
            }
            guard at == nil else { return nil }
        }
        let (repository, tag) = Self.split(rest)
        guard ImageName.isRepository(repository), tag.map({ ImageName.isTag($0) }) ?? true else { return nil }
        subject = .tag(
            registry: registry,
            repository: String(repository),
            tag: tag.map(String.init) ?? "latest"
        )
    }

    /// The tag that it names; what was added by its digest has that in a tag's place.
    package var place: (registry: String, repository: String, tag: String)? {
        switch subject {
        case .tag(let registry, let repository, let tag): (registry, repository, tag)
        case .digest(let digest, let registry, let repository?): (registry, repository, digest.description)
        case .digest, .imageID: nil
        }
    }

    /// `registry/repo:tag`, as records show the tag that it names.
    package var fulltag: String? { place.map { "\($0.registry)/\($0.repository):\($0.tag)" } }

    private static func split(_ name: Substring) -> (repository: Substring, tag: Substring?) {
        guard let colon = name.lastIndex(of: ":") else { return (name, nil) }
        return (name[..<colon], name[name.index(after: colon)...])
    }

    private static func isHost(_ part: Substring) -> Bool {
        part.contains(":") || part.contains(".")
            || ["localhost", "localhost.localdomain", "localbuild"].contains(part)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "@:/_.-".utf8.contains(byte)
        }
    }
}

/// Names of repositories as the fleet keeps them and as Anchore shows them.
package enum RepositoryName {
    /// The name that the fleet keeps: official images of Docker Hub are in `library/`.
    package static func stored(registry: String, _ repository: String) -> String {
        registry == "docker.io" && !repository.contains("/") ? "library/\(repository)" : repository
    }

    /// The name that Anchore's clients see.
    package static func shown(registry: String, _ repository: String) -> String {
        let prefix = "library/"
        guard registry == "docker.io", repository.hasPrefix(prefix) else { return repository }
        let short = repository.dropFirst(prefix.count)
        return short.contains("/") ? repository : String(short)
    }
}
