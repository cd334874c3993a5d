import ScanModel

/// Finds an image in what `docker save` writes: `manifest.json` beside configurations and layers, in both of its forms
/// (`ID/layer.tar`, and `blobs/sha256/…`).
struct DockerArchiveImage {
    private static let maxLayers = 10_000

    private struct Entry: Decodable {
        let Config: String
        let RepoTags: [String]?
        let Layers: [String]?
    }

    let name: String?
    let imageID: Digest
    let config: ImageConfig
    /// Each layer's place and the digest of its uncompressed tar as the configuration has it.
    let layers: [(place: BlobPlace, diffID: Digest)]

    /// Picks the image named `name`, or the only one there is.
    init(in index: TarIndex, name: String?) throws {
        let place = index.path
        guard let manifest = index.place(of: "manifest.json") else {
            throw ImageSourceError(.malformed, "\(place): no Docker archive: manifest.json is missing")
        }
        let entries = try ContentCheck.decode(
            [Entry].self,
            manifest.bytes(maxBytes: LayoutImage.maxDocumentBytes, subject: "\(place): manifest.json"),
            subject: "\(place): manifest.json"
        )
        let entry = try Self.choose(entries, name: name, place: place)
        guard let configPlace = index.place(of: entry.Config) else {
            throw ImageSourceError(.malformed, "\(place): the configuration \(entry.Config.prefix(100)) is missing")
        }
        let subject = "\(place): \(entry.Config.prefix(100))"
        let bytes = try configPlace.bytes(maxBytes: LayoutImage.maxDocumentBytes, subject: subject)
        guard let id = Self.digest(namedBy: entry.Config) else {
            throw ImageSourceError(.malformed, "\(subject): the configuration's name has no digest")
        }
        try ContentCheck.check(bytes, against: id, subject: subject)
        config = try ContentCheck.decode(ImageConfig.self, bytes, subject: subject)
        imageID = id
        self.name = name ?? entry.RepoTags?.first
        let names = entry.Layers ?? []
        let diffIDs = config.rootfs?.diff_ids ?? []
        guard names.count == diffIDs.count, names.count <= Self.maxLayers else {
            throw ImageSourceError(.malformed, "\(place): \(names.count) layers for \(diffIDs.count) diff IDs")
        }
        layers = try zip(names, diffIDs).map { name, diffID in
            guard let found = index.place(of: name) else {
                throw ImageSourceError(.malformed, "\(place): the layer \(name.prefix(100)) is missing")
            }
            return (found, diffID)
        }
    }

    private static func choose(_ entries: [Entry], name: String?, place: String) throws -> Entry {
        let names = entries.flatMap { $0.RepoTags ?? [] }
        if let name {
            // `app:1` and `docker.io/library/app:1` are one name.
            let wanted = ImageReference(name)
            let found = entries.first { entry in
                entry.RepoTags?.contains { $0 == name || (wanted != nil && ImageReference($0) == wanted) } ?? false
            }
            if let found { return found }
            let list = names.isEmpty ? "no names" : names.prefix(20).joined(separator: ", ")
            throw ImageSourceError(.usage, "\(place) has no image \(name); it has \(list)")
        }
        guard let only = entries.first, entries.count == 1 else {
            guard !entries.isEmpty else { throw ImageSourceError(.malformed, "\(place) has no images") }
            let list = names.prefix(20).joined(separator: ", ")
            throw ImageSourceError(.usage, "\(place) has several images: \(list); name one as \(place):NAME:TAG")
        }
        return only
    }

    /// `HEX.json`, `blobs/sha256/HEX` and `sha256:HEX` name their content.
    private static func digest(namedBy name: String) -> Digest? {
        var stem = name.split(separator: "/").last.map(String.init) ?? ""
        if stem.hasSuffix(".json") { stem = String(stem.dropLast(5)) }
        if stem.hasPrefix("sha256:") { stem = String(stem.dropFirst(7)) }
        return Digest("sha256:\(stem)")
    }
}
