/// What `POST /images` asks for.
package struct ImageAddition: Sendable, Equatable {
    /// The most that a Dockerfile may have, decoded.
    package static let maxDockerfileBytes = 512 * 1024

    /// The tag or digest to fetch; `nil` where `archive` is to be restored.
    package var name: String?
    /// A digest that the tag is to be taken as.
    package var digest: String?
    package var archive: String?
    package var dockerfile: [UInt8]?
    package var annotations: AnnotationChange?
    /// When the image is to count as added, as the client writes it.
    package var createdAt: String?

    /// Reads both forms of the body; throws what a client is to be told.
    package init(_ body: BodyObject) throws(AnchoreError) {
        let source = try body.object("source")
        guard source == nil || ["tag", "digest", "dockerfile"].allSatisfy({ body.value[$0] == nil }) else {
            throw AnchoreError.badRequest(
                "only one of source and the older members tag, digest and dockerfile may be given"
            )
        }
        if let source {
            let kinds = ["tag", "digest", "archive", "import"].filter { source.value[$0] != nil }
            guard kinds.count == 1, let kind = kinds.first else {
                throw AnchoreError.badRequest("source must have exactly one of tag, digest, archive and import")
            }
            guard let given = try source.object(kind) else { throw AnchoreError.missing(kind) }
            switch kind {
            case "archive": archive = try given.string("digest")
            case "import": throw Self.noImports
            case "digest":
                name = try given.string("tag")
                digest = Self.digest(try given.string("pullstring"))
                guard digest != nil else {
                    throw AnchoreError.badRequest("pullstring of a digest must be registry/repo@digest")
                }
                createdAt = try given.optionalString("creation_timestamp_override")
                dockerfile = try Self.dockerfile(given)
            default:
                name = try given.string("pullstring")
                dockerfile = try Self.dockerfile(given)
            }
        } else {
            digest = try body.optionalString("digest").map { Self.digest($0) ?? $0 }
            name = try body.optionalString("tag")
            guard name != nil else {
                throw digest == nil
                    ? AnchoreError.missing("tag") : AnchoreError.badRequest("a digest needs the tag that it is to have")
            }
            createdAt = try body.optionalString("created_at")
            dockerfile = try Self.dockerfile(body)
        }
        annotations = try AnnotationChange(body.object("annotations")?.value.members)
    }

    package static let noImports = AnchoreError(
        501,
        "images are read from registries, and analyses made elsewhere are not imported: add the image by its name in a registry"
    )

    /// What stands behind the `@` of a name; `nil` where there is none.
    private static func digest(_ pullString: String) -> String? {
        pullString.lastIndex(of: "@").map { String(pullString[pullString.index(after: $0)...]) }
    }

    private static func dockerfile(_ body: BodyObject) throws(AnchoreError) -> [UInt8]? {
        guard let text = try body.optionalString("dockerfile") else { return nil }
        guard let bytes = Base64Text.decode(text), !bytes.contains(0),
            String(validating: bytes, as: UTF8.self) != nil
        else { throw AnchoreError.badRequest("the dockerfile is not text in Base64") }
        guard bytes.count <= maxDockerfileBytes else {
            throw AnchoreError.badRequest("the dockerfile has over \(maxDockerfileBytes) bytes")
        }
        return bytes
    }
}
