import XMLStream

/// One `update` of an `updateinfo.xml`, as the repository states it.
struct UpdateInfoUpdate {
    struct Package {
        var name: String
        /// `[epoch:]version-release`, an epoch of zero left out.
        var version: String
        var architecture: String
        /// The `short` name of the collection that lists it.
        var collection: String
        /// `name:stream` of the collection's module.
        var module: String?
    }

    var id = ""
    /// `security`, `bugfix`, `enhancement`, `newpackage`.
    var type = ""
    /// The publisher's address.
    var from = ""
    var title = ""
    var summary = ""
    var release = ""
    var severity = ""
    var description = ""
    var issued = ""
    var updated = ""
    /// The identifiers and titles of its references.
    var references: [String] = []
    var packages: [Package] = []

    /// Reads the element whose start was the reader's last event, up to its end; a broken document throws `XMLError`,
    /// and an update beyond the limits is passed over to its end before it throws `RecordProblem`.
    init(_ element: XMLElement, from reader: XMLReader, limits: AdvisoryLimits) throws {
        type = element["type"] ?? ""
        from = element["from"] ?? ""
        let level = reader.depth
        var problem: RecordProblem?
        while reader.depth >= level, let event = try reader.next() {
            guard case .start(let child) = event else { continue }
            switch child.name {
            case "id": id = try reader.elementText()
            case "title": title = try reader.elementText()
            case "summary": summary = try reader.elementText()
            case "release": release = try reader.elementText()
            case "severity": severity = try reader.elementText()
            case "description": description = try reader.elementText()
            case "issued": issued = child["date"] ?? ""
            case "updated": updated = child["date"] ?? ""
            case "reference":
                guard references.count < limits.maxVersions else {
                    problem = RecordProblem("too many references")
                    continue
                }
                references += [child["id"], child["title"]].compactMap { $0 }
            case "collection":
                if !(try readCollection(child, from: reader, limits: limits)) {
                    problem = RecordProblem("more than \(limits.maxRanges) packages")
                }
            default: continue
            }
        }
        if let problem { throw problem }
    }

    /// Reads one collection of packages; `false` where there are too many.
    private mutating func readCollection(
        _ element: XMLElement,
        from reader: XMLReader,
        limits: AdvisoryLimits
    ) throws -> Bool {
        let level = reader.depth
        let collection = element["short"] ?? ""
        var module: String?
        var isWithin = true
        while reader.depth >= level, let event = try reader.next() {
            guard case .start(let child) = event else { continue }
            switch child.name {
            case "module":
                guard let name = child["name"], let stream = child["stream"] else { continue }
                module = "\(name):\(stream)"
            case "package":
                guard packages.count < limits.maxRanges else {
                    isWithin = false
                    continue
                }
                if let package = Self.package(child, collection: collection, module: module, limits: limits) {
                    packages.append(package)
                }
            default: continue
            }
        }
        return isWithin
    }

    private static func package(
        _ element: XMLElement,
        collection: String,
        module: String?,
        limits: AdvisoryLimits
    ) -> Package? {
        guard let name = BoundedText.name(element["name"], limits: limits), let version = element["version"],
            let full = BoundedText.name(
                RPMName.version(epoch: element["epoch"] ?? "", version: version, release: element["release"] ?? ""),
                limits: limits
            )
        else { return nil }
        return Package(
            name: name,
            version: full,
            architecture: element["arch"] ?? "",
            collection: collection,
            module: BoundedText.name(module, limits: limits)
        )
    }
}
