/// The names of our own properties, which say what the formats have no place for.
enum PropertyName {
    static let type = "tallyman:type"
    /// The name, and the version, where a format cannot state it as it is.
    static let name = "tallyman:name"
    static let version = "tallyman:version"
    static let arch = "tallyman:arch"
    static let group = "tallyman:group"
    static let module = "tallyman:module"
    static let sourceName = "tallyman:source:name"
    static let sourceVersion = "tallyman:source:version"
    /// A licence as declared, where the document states it in another way; once for each.
    static let license = "tallyman:license"
    /// The maintainer or vendor of a distribution's package, as its database has it.
    static let supplier = "tallyman:supplier"
    /// The OS package that owns the evidence.
    static let ownedBy = "tallyman:ownedBy"
    /// The digest of a layer: of a package, the one that brought it; of the image, each from the lowest to the highest.
    static let layer = "tallyman:layer"
    static let layerIndex = "tallyman:layer:index"
    /// A file that the package was read from; once for each.
    static let path = "tallyman:path"
    /// Further CPE names; once for each.
    static let cpe = "tallyman:cpe23"
    /// The reference of the distribution that the package belongs to, where that is not the image's; or ``noDistro``.
    static let distro = "tallyman:distro"
    static let noDistro = "none"

    static let distroID = "tallyman:distro:id"
    static let distroVersion = "tallyman:distro:versionID"
    static let distroName = "tallyman:distro:name"
    /// Once for each, nearest first.
    static let distroLike = "tallyman:distro:idLike"
    static let distroCodename = "tallyman:distro:codename"

    static let source = "tallyman:source"
    static let reference = "tallyman:reference"
    static let digest = "tallyman:digest"
    static let imageID = "tallyman:imageID"
    static let platform = "tallyman:platform"
    /// The digest of the uncompressed tar of a layer, each from the lowest to the highest.
    static let diffID = "tallyman:diffID"
    /// Starts the name of a label of the image's configuration.
    static let label = "tallyman:label:"
    /// Something that was not, or not wholly, looked at: a JSON object with `layer`, `path` and `reason`.
    static let coverage = "tallyman:coverage"

    static let fixState = "tallyman:fixState"
    static let epss = "tallyman:epss"
    static let kev = "tallyman:kev"

    /// Starts all of them.
    static let prefix = "tallyman:"
}

/// A name and a value; of one name there may be several.
struct Property: Hashable, Sendable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [Property] {
    /// The first value of the property `name`.
    subscript(name: String) -> String? { first { $0.name == name }?.value }

    /// The values of the property `name`, in order.
    func values(of name: String) -> [String] { filter { $0.name == name }.map(\.value) }
}
