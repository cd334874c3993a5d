import ScanModel

/// Finds out what a document's components are: distributions, packages, or neither.
struct DocumentInterpretation {
    private var contents: DocumentContents
    private var systems: [Distro] = []
    private var systemsByRef: [String: Distro] = [:]

    init(_ contents: DocumentContents) {
        self.contents = contents
        for component in contents.components where component.kind == "operating-system" {
            let distro = Distro(component)
            if systems.count < SBOMLimits.maxSystems, !systems.contains(distro) { systems.append(distro) }
            systemsByRef[component.properties[PropertyName.distro] ?? component.ref] = distro
        }
    }

    /// The bill that the document states.
    func bill(source: String) -> BillOfMaterials {
        var copy = self
        return copy.interpret(source: source)
    }

    private mutating func interpret(source: String) -> BillOfMaterials {
        let root = contents.root
        let isOwn = root?.properties[PropertyName.source] != nil
        var found: [(component: DocumentComponent, package: PackageReading)] = []
        // A document about an application has it as its root, and that is a package like its parts.
        if let root, let package = PackageReading(root) { found.append((root, package)) }
        for component in contents.components where component.kind != "operating-system" {
            if let package = PackageReading(component) {
                found.append((component, package))
            } else if let reason = PackageReading.note(component) {
                contents.note(component.name, reason)
            }
        }
        let stated: Distro? =
            isOwn
            ? root?.properties[PropertyName.distro].flatMap { systemsByRef[$0] }
            : systems.count == 1 ? systems.first : agreed(found.map(\.package))
        var bill = BillOfMaterials(
            subject: .init(root, source: source),
            distro: stated,
            components: [],
            gaps: (root?.gaps ?? []) + contents.notes.map { LayerGap(layer: 0, gap: $0) },
            tool: contents.tool ?? .init(name: "unknown", version: ""),
            created: contents.created.flatMap { Timestamp.normalized($0) }
        )
        let components = found.map { component, package in
            BillOfMaterials.Component(
                installed: package.installed(component),
                distro: distro(of: package, component, image: stated)
            )
        }
        bill.components = isOwn ? components : MergedComponents.merge(components)
        bill.components = bill.orderedComponents
        return bill
    }

    /// The distribution that all OS packages name, where they agree.
    private func agreed(_ packages: [PackageReading]) -> Distro? {
        let named = Set(packages.filter(\.package.type.isOS).map(\.distro))
        return named.count == 1 ? named.first ?? nil : nil
    }

    private func distro(of package: PackageReading, _ component: DocumentComponent, image: Distro?) -> Distro? {
        if package.isOwn {
            guard let ref = component.properties[PropertyName.distro] else { return image }
            return systemsByRef[ref]
        }
        guard package.package.type.isOS, let named = package.distro else { return image }
        // The document's own words about the distribution say more than a qualifier does.
        return systems.first { $0.id == named.id && $0.versionID == named.versionID }
            ?? systems.first { $0.id == named.id && named.versionID.isEmpty } ?? named
    }
}

extension Distro {
    /// What a component of the type `operating-system` states; Syft has properties for it.
    fileprivate init(_ component: DocumentComponent) {
        let properties = component.properties
        func stated(_ own: String, _ syft: String) -> String? { properties[own] ?? properties["syft:distro:\(syft)"] }
        let version = stated(PropertyName.distroVersion, "versionID") ?? component.version
        let plain = version.isEmpty ? component.name : "\(component.name) \(version)"
        let name = component.description.isEmpty ? plain : component.description
        let likes = properties.filter { $0.name.hasPrefix("syft:distro:idLike") }.map(\.value)
        self.init(
            id: properties[PropertyName.distroID]
                ?? Distro.id(named: properties["syft:distro:id"] ?? component.name),
            versionID: version,
            name: stated(PropertyName.distroName, "prettyName") ?? name,
            idLike: properties.values(of: PropertyName.distroLike) + likes,
            codename: stated(PropertyName.distroCodename, "versionCodename")
        )
    }
}

extension BillOfMaterials.Subject {
    fileprivate init(_ root: DocumentComponent?, source: String) {
        let properties = root?.properties ?? []
        func trivy(_ name: String) -> String? { properties["aquasecurity:trivy:\(name)"] }
        let digest = properties[PropertyName.digest] ?? root?.version ?? ""
        self.init(
            source: source,
            reference: properties[PropertyName.reference] ?? trivy("RepoTag"),
            digest: Digest(digest),
            imageID: (properties[PropertyName.imageID] ?? trivy("ImageID")).flatMap { Digest($0) },
            platform: properties[PropertyName.platform].flatMap { Platform($0) },
            layers: properties.values(of: PropertyName.layer).compactMap { Digest($0) },
            diffIDs: (properties.values(of: PropertyName.diffID) + properties.values(of: "aquasecurity:trivy:DiffID"))
                .compactMap { Digest($0) },
            labels: ImageLabels.bounded(root?.labels ?? [:])
        )
    }
}

extension DocumentComponent {
    /// What starts the names of properties that are labels of the image, in our documents, Syft's and Trivy's.
    private static let labelPrefixes = [PropertyName.label, "syft:image:labels:", "aquasecurity:trivy:Labels:"]

    fileprivate var labels: [String: String] {
        var found: [String: String] = [:]
        for property in properties {
            guard let prefix = Self.labelPrefixes.first(where: { property.name.hasPrefix($0) }) else { continue }
            let name = String(property.name.dropFirst(prefix.count))
            found[name] = found[name] ?? property.value
        }
        return found
    }

    /// What the document says was not looked at.
    fileprivate var gaps: [LayerGap] {
        properties.values(of: PropertyName.coverage).compactMap { text in
            var gap = LayerGap(layer: 0, gap: CoverageGap(path: "", reason: ""))
            do {
                try DocumentCursor.read(Array(text.utf8)) { cursor in
                    try cursor.members { cursor, name in
                        switch name {
                        case "layer": gap.layer = Int(try cursor.string()) ?? 0
                        case "path": gap.gap.path = try cursor.string()
                        case "reason": gap.gap.reason = try cursor.string()
                        default: try cursor.skip()
                        }
                    }
                }
            } catch {
                // A gap that cannot be read is still a gap.
                return LayerGap(layer: 0, gap: CoverageGap(path: "", reason: text))
            }
            return gap
        }
    }
}
