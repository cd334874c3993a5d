import ScanModel

extension DocumentDescription.Root {
    init(_ bill: BillOfMaterials, ref: String, distroRef: String?) {
        let subject = bill.subject
        self.ref = ref
        name = subject.reference ?? (subject.source.isEmpty ? "unnamed" : subject.source)
        version = subject.digest?.description
        isImage = subject.digest != nil || subject.imageID != nil || !subject.layers.isEmpty
        hashes = subject.digest.map { [FileHash($0)] } ?? []
        purl = subject.purl
        spdxID = SPDXName.id("Image", name, ref)
        var properties = [Property(PropertyName.source, subject.source)]
        func add(_ name: String, _ value: String?) { if let value { properties.append(Property(name, value)) } }
        add(PropertyName.reference, subject.reference)
        add(PropertyName.digest, subject.digest?.description)
        add(PropertyName.imageID, subject.imageID?.description)
        add(PropertyName.platform, subject.platform.map { "\($0)" })
        for layer in subject.layers { add(PropertyName.layer, "\(layer)") }
        for diffID in subject.diffIDs { add(PropertyName.diffID, "\(diffID)") }
        for (name, value) in subject.labels.sorted(by: { $0.key < $1.key }) { add(PropertyName.label + name, value) }
        add(PropertyName.distro, distroRef)
        for gap in bill.gaps { add(PropertyName.coverage, gap.json) }
        self.properties = properties
    }
}

extension BillOfMaterials.Subject {
    /// `pkg:oci/…` (purl-spec, PURL-TYPES.rst, oci): only what has a digest and a repository has one.
    package var purl: String? {
        guard let digest, let reference = reference.flatMap({ ImageReference($0) }),
            let name = reference.repository.split(separator: "/").last
        else { return nil }
        var qualifiers = ["repository_url=\(PURL.encode("\(reference.registry)/\(reference.repository)"))"]
        if let platform { qualifiers.insert("arch=\(PURL.encode(platform.architecture))", at: 0) }
        if let tag = reference.tag { qualifiers.append("tag=\(PURL.encode(tag))") }
        return "pkg:oci/\(PURL.encode(String(name)))@\(PURL.encode("\(digest)"))?" + qualifiers.joined(separator: "&")
    }
}

extension DocumentDescription.System {
    init(_ distro: Distro, ref: String) {
        self.ref = ref
        self.distro = distro
        spdxID = SPDXName.id("OperatingSystem", distro.id, ref)
        var properties = [
            Property(PropertyName.distroID, distro.id), Property(PropertyName.distroVersion, distro.versionID),
            Property(PropertyName.distroName, distro.name),
        ]
        properties += distro.idLike.map { Property(PropertyName.distroLike, $0) }
        if let codename = distro.codename { properties.append(Property(PropertyName.distroCodename, codename)) }
        self.properties = properties
    }

    /// What stands as the name, which no format lets be empty.
    var name: String { distro.id.isEmpty ? "unknown" : distro.id }
}

extension DocumentDescription.Component {
    private static let applications: Set<String> = [
        "binary", "linux-kernel", "graalvm-native-image", "apple-app-bundle", "homebrew", "wordpress-plugin",
    ]

    init(_ content: BillOfMaterials.Component, ref: String, purl: String, layers: [Digest], distro: String?) {
        let installed = content.installed
        let package = installed.package
        self.content = content
        self.ref = ref
        self.purl = purl
        spdxID = SPDXName.id("Package-\(package.type.rawValue)", package.name, ref)
        isApplication = Self.applications.contains(package.type.rawValue)
        cpes = CPECandidates.names(for: package)
        supplier = package.supplier.flatMap { $0.isEmpty ? nil : SupplierName($0) }
        licenses = package.licenses.filter { !$0.isEmpty }.map { LicenseStatement($0) }
        var properties = [Property(PropertyName.type, package.type.rawValue)]
        func add(_ name: String, _ value: String?) { if let value { properties.append(Property(name, value)) } }
        add(PropertyName.name, package.name.isPlain ? nil : package.name)
        add(PropertyName.version, package.version.isPlain ? nil : package.version)
        add(PropertyName.arch, package.arch.isEmpty ? nil : package.arch)
        add(PropertyName.group, package.group)
        add(PropertyName.module, package.module)
        add(PropertyName.sourceName, package.source?.name)
        add(PropertyName.sourceVersion, package.source?.version)
        // One of the list that stands as declared needs no saying twice; of others, formats do not keep the borders.
        let isStated = licenses.count == 1 && licenses.allSatisfy { $0.form == .identifier($0.declared) }
        if !isStated { for license in licenses { add(PropertyName.license, license.declared) } }
        add(PropertyName.supplier, package.supplier)
        add(PropertyName.ownedBy, installed.ownedBy)
        if layers.indices.contains(installed.layer) {
            add(PropertyName.layer, "\(layers[installed.layer])")
            add(PropertyName.layerIndex, "\(installed.layer)")
        }
        for path in installed.paths { add(PropertyName.path, path) }
        add(PropertyName.distro, distro)
        self.properties = properties
    }
}

extension String {
    /// Whether every format can state the text: on one line, without space around it that readers drop.
    fileprivate var isPlain: Bool {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last else { return false }
        return !hasMeaningInTagValue && !first.properties.isWhitespace && !last.properties.isWhitespace
            && !unicodeScalars.contains(where: \.endsLine)
    }
}

extension String {
    /// Whether a tag-value document would not take the text for a text but for a word of its own.
    var hasMeaningInTagValue: Bool {
        self == "NONE" || self == "NOASSERTION"
            || ["<text>", "Tool:", "Person:", "Organization:"].contains { hasPrefix($0) }
    }
}

extension Unicode.Scalar {
    /// Whether a reader may take the character for the end of a line, as it may any control character.
    var endsLine: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension LayerGap {
    /// As the value of a property.
    var json: String {
        var text = JSONText(isCompact: true)
        text.object { text in
            text.key("layer")
            text.literal("\(layer)")
            text.member("path", gap.path)
            text.member("reason", gap.reason)
        }
        return String(decoding: text.bytes, as: UTF8.self)
    }
}
