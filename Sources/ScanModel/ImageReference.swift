/// A name of an image in a registry: `[host[:port]/]repository[:tag][@digest]`.
///
/// Grammar: distribution `reference` package, as used by OCI distribution-spec v1.1, "Pulling manifests". Names without
/// a host mean Docker Hub, as everywhere.
package struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    /// The registry's host and, where given, port, as the user wrote it (`docker.io` where left out).
    package let registry: String
    /// The repository, for example `library/debian`.
    package let repository: String
    package let tag: String?
    package let digest: Digest?

    package init(registry: String, repository: String, tag: String? = nil, digest: Digest? = nil) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Parses a reference; the tag is `latest` where neither tag nor digest is given.
    ///
    /// `nil` where the text is not a reference: empty or over 512 bytes, upper-case repository, bad tag or digest.
    package init?(_ text: String) {
        guard let target = RegistryTarget(text), let repository = target.repository else { return nil }
        self.init(
            registry: target.registry,
            repository: repository,
            tag: target.tag ?? (target.digest == nil ? "latest" : nil),
            digest: target.digest
        )
    }

    /// What goes into `/v2/<name>/manifests/<reference>`: the digest where there is one, else the tag.
    package var manifestReference: String { digest?.description ?? tag ?? "latest" }

    package var description: String {
        "\(registry)/\(repository)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}

/// What a run is pointed at: a whole registry, one repository, or one image.
package struct RegistryTarget: Hashable, Sendable, CustomStringConvertible {
    package let registry: String
    package let repository: String?
    package let tag: String?
    package let digest: Digest?

    /// Parses `HOST[:PORT]`, `HOST/REPOSITORY` or `HOST/REPOSITORY:TAG[@DIGEST]`.
    ///
    /// A first part with a dot, a colon or the name `localhost` is a host; otherwise the text names a repository on
    /// Docker Hub. `nil` where it is none of these.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= 512 else { return nil }
        var rest = Substring(text)
        for scheme in ["docker://", "https://", "http://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            guard let parsed = Digest(String(rest[rest.index(after: at)...])) else { return nil }
            digest = parsed
            rest = rest[..<at]
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty else { return nil }
        let namesHost = first.contains(".") || first.contains(":") || first == "localhost"
        if parts.count == 1, namesHost, digest == nil, ImageName.isHost(first), !ImageName.isHubTag(first) {
            self.init(registry: String(first), repository: nil, tag: nil, digest: nil)
            return
        }
        let host = namesHost && parts.count > 1 ? String(first) : "docker.io"
        guard ImageName.isHost(Substring(host)) else { return nil }
        var name = namesHost && parts.count > 1 ? rest.dropFirst(first.count + 1) : rest
        var tag: String?
        if let colon = name.lastIndex(of: ":") {
            tag = String(name[name.index(after: colon)...])
            name = name[..<colon]
            guard let tag, ImageName.isTag(tag) else { return nil }
        }
        guard ImageName.isRepository(name) else { return nil }
        let repository = host == "docker.io" && !name.contains("/") ? "library/\(name)" : String(name)
        self.init(registry: host, repository: repository, tag: tag, digest: digest)
    }

    package init(registry: String, repository: String?, tag: String?, digest: Digest?) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    package var description: String {
        registry + (repository.map { "/\($0)" } ?? "") + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}

/// The lexical rules for the parts of a reference (distribution-spec v1.1, "Pulling manifests").
package enum ImageName {
    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*` between slashes, 255 bytes at most.
    package static func isRepository(_ name: some StringProtocol) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 255 else { return false }
        return Substring(name).split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, let last = part.utf8.last, isLowerAlphanumeric(first),
                isLowerAlphanumeric(last)
            else { return false }
            var separators: [UInt8] = []
            for byte in part.utf8 {
                if isLowerAlphanumeric(byte) {
                    separators.removeAll(keepingCapacity: true)
                    continue
                }
                separators.append(byte)
                let dashes = separators.allSatisfy { $0 == UInt8(ascii: "-") }
                let allowed: [[UInt8]] = [Array(".".utf8), Array("_".utf8), Array("__".utf8)]
                guard dashes || allowed.contains(separators) else { return false }
            }
            return true
        }
    }

    /// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
    package static func isTag(_ tag: some StringProtocol) -> Bool {
        guard let first = tag.utf8.first, tag.utf8.count <= 128 else { return false }
        let word: (UInt8) -> Bool = { isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
        return word(first) && tag.utf8.allSatisfy { word($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// A DNS name, an IPv4 address or a bracketed IPv6 address, with an optional port.
    static func isHost(_ host: Substring) -> Bool {
        guard !host.isEmpty, host.utf8.count <= 260 else { return false }
        var name = host
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            let inside = host[host.index(after: host.startIndex)..<end].utf8
            let isAddress = inside.allSatisfy {
                isAlphanumeric($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
            }
            guard !inside.isEmpty, isAddress else { return false }
            let after = host[host.index(after: end)...]
            return after.isEmpty || (after.hasPrefix(":") && isPort(after.dropFirst()))
        }
        if let colon = host.firstIndex(of: ":") {
            guard isPort(host[host.index(after: colon)...]) else { return false }
            name = host[..<colon]
        }
        return !name.isEmpty
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                guard let first = label.utf8.first, let last = label.utf8.last else { return false }
                return isAlphanumeric(first) && isAlphanumeric(last)
                    && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
    }

    /// Whether `name:tag` without a slash reads better as a Hub image than as a host with a port (`debian:12` is one,
    /// `localhost:5000` and `registry.local:5000` are hosts).
    static func isHubTag(_ text: Substring) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        let name = text[..<colon]
        let tag = text[text.index(after: colon)...]
        guard !name.contains("."), !name.hasPrefix("["), name != "localhost" else { return false }
        return !isPort(tag) || tag.utf8.count < 4
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard let port = Int(text), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return false }
        return (1...65535).contains(port)
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        (byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerAlphanumeric(byte) || (byte >= 65 && byte <= 90)
    }
}
