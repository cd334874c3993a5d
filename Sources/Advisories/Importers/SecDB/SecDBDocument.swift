import OnePassJSON

/// One repository's list of fixes (secdb.alpinelinux.org), in either of its forms.
struct SecDBDocument {
    struct Package {
        var name: String
        /// Versions with the identifiers of what they fix, in document order.
        var fixes: [(version: String, identifiers: [String])] = []
    }

    /// `v3.11`, `edge`; empty where the distribution has no releases.
    var release = ""
    var repository = ""
    var address = ""
    var packages: [Package] = []
    /// Packages and fixes that are not as the format has them.
    var problems: [String] = []

    /// The key of what the repository belongs to; `nil` where it is nobody's that is known.
    var ecosystem: String? {
        if address.contains("wolfi") { return "wolfi" }
        if address.contains("cgr.dev") || address.contains("chainguard") { return "chainguard" }
        if address.contains("minimos") || address.contains("minimus") { return "minimos" }
        guard !release.isEmpty, release.utf8.count <= 32 else { return nil }
        return "alpine:\(release.hasPrefix("v") ? String(release.dropFirst()) : release)"
    }

    /// Reads the JSON form.
    init(_ json: JSONValue, limits: AdvisoryLimits) {
        release = json["distroversion"]?.string ?? ""
        repository = json["reponame"]?.string ?? ""
        address = json["urlprefix"]?.string ?? ""
        for element in json["packages"]?.elements ?? [] {
            guard let name = BoundedText.name(element["pkg"]?["name"]?.string, limits: limits),
                let fixes = element["pkg"]?["secfixes"]?.object
            else {
                problems.append("a package without a name or fixes")
                continue
            }
            var package = Package(name: name)
            for fix in fixes.members {
                // A version without fixes has `null`, or an empty list.
                let identifiers = fix.value.strings
                for _ in identifiers.count..<max(identifiers.count, fix.value.elements.count) {
                    problems.append("\(name) \(fix.name): an identifier that is no text")
                }
                package.fixes.append((fix.name, identifiers))
            }
            packages.append(package)
        }
    }

    /// The members at the top of the JSON form but its packages, for telling whose it is.
    init(header bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var members = try JSONMembers(bytes)
        while let member = try members.next() {
            guard member.value.count <= 1024, member.name != "packages" else { continue }
            // What is no text is of no interest.
            guard let text = try? JSONReader.parse(member.value, maxDepth: 2).string else { continue }
            switch member.name {
            case "distroversion": release = text
            case "reponame": repository = text
            case "urlprefix": address = text
            default: continue
            }
        }
    }
}
