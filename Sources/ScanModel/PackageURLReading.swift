/// A package URL taken apart (purl-spec, PURL-SPECIFICATION.rst), as the package that it names.
package struct PackageURL: Sendable {
    /// Bytes of one purl.
    package static let maxBytes = 8192

    package let package: Package
    /// From the qualifier `distro` (`debian-12`); else `nil`.
    package let distro: Distro?

    /// The purl types whose packages have another name here.
    private static let types = [
        "deb": "deb", "apk": "apk", "alpm": "alpm", "rpm": "rpm", "pypi": "python", "npm": "npm", "gem": "gem",
        "maven": "java-archive", "golang": "go-module", "cargo": "rust-crate", "composer": "php-composer",
        "nuget": "dotnet", "pub": "dart-pub", "hex": "hex", "bitnami": "bitnami",
    ]

    /// Parses a purl; `nil` without a type, a name or a version.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes, text.lowercased().hasPrefix("pkg:") else { return nil }
        var rest = text.dropFirst(4).drop { $0 == "/" }
        if let hash = rest.lastIndex(of: "#") { rest = rest[..<hash] }
        var qualifiers: [String: String] = [:]
        if let mark = rest.firstIndex(of: "?") {
            for pair in rest[rest.index(after: mark)...].split(separator: "&") {
                guard let equals = pair.firstIndex(of: "=") else { continue }
                qualifiers[pair[..<equals].lowercased()] = Self.decode(pair[pair.index(after: equals)...])
            }
            rest = rest[..<mark]
        }
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let kind = rest[..<slash].lowercased()
        var path = rest[rest.index(after: slash)...]
        // The version follows the last at-sign of the last part: npm scopes may be written with a bare one.
        let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        guard let at = path[nameStart...].lastIndex(of: "@"), at != nameStart else { return nil }
        let version = Self.decode(path[path.index(after: at)...])
        path = path[..<at]
        let parts = path.split(separator: "/").map { Self.decode($0) }
        guard let name = parts.last, !name.isEmpty, !version.isEmpty else { return nil }
        let namespace = parts.dropLast().joined(separator: "/")
        var found = Package(
            type: PackageType(rawValue: Self.types[kind] ?? kind),
            name: name,
            version: version,
            arch: qualifiers["arch"] ?? ""
        )
        switch kind {
        case "deb", "apk", "rpm": Self.complete(&found, qualifiers)
        case "maven": found.group = namespace.isEmpty ? nil : namespace
        case "npm", "golang", "composer": found.name = namespace.isEmpty ? name : "\(namespace)/\(name)"
        default: break
        }
        package = found
        distro = qualifiers["distro"].flatMap { Self.distro($0, namespace: namespace) }
    }

    /// The parts that only packages of distributions have.
    private static func complete(_ package: inout Package, _ qualifiers: [String: String]) {
        if let epoch = qualifiers["epoch"], !epoch.isEmpty { package.version = "\(epoch):\(package.version)" }
        package.module = qualifiers["rpmmod"]
        var source = SourcePackage(name: package.name, version: package.version)
        if let upstream = qualifiers["upstream"], !upstream.isEmpty {
            let at = upstream.lastIndex(of: "@")
            source.name = at.map { String(upstream[..<$0]) } ?? upstream
            if let at { source.version = String(upstream[upstream.index(after: at)...]) }
        }
        package.source = source
    }

    /// `debian-12` is a distribution and its release; `bookworm` alone is a codename of the namespace's distribution.
    private static func distro(_ text: String, namespace: String) -> Distro? {
        guard !text.isEmpty else { return nil }
        if let dash = text.lastIndex(of: "-"), text[text.index(after: dash)...].first?.isNumber == true {
            let id = text[..<dash].lowercased()
            return Distro(id: id, versionID: String(text[text.index(after: dash)...]), name: text)
        }
        if let first = text.first, first.isNumber, !namespace.isEmpty {
            return Distro(id: namespace.lowercased(), versionID: text, name: "\(namespace) \(text)")
        }
        guard !namespace.isEmpty, namespace.lowercased() != text.lowercased() else {
            return Distro(id: text.lowercased(), versionID: "", name: text)
        }
        return Distro(id: namespace.lowercased(), versionID: "", name: text, codename: text.lowercased())
    }

    /// Undoes percent-encoding; a stray percent sign stays as it is.
    private static func decode(_ text: some StringProtocol) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
            {
                out.append(value)
                index += 3
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
