/// What `POST /images` asks for.
package struct ImageAddition: Sendable, Equatable {
    /// The most that a Dockerfile may have, decoded.
    package static let maxDockerfileBytes = 512 * 1024
    private static let maxAnnotations = 256

    /// The tag or digest to fetch; `nil` where `archive` is to be restored.
    package var name: String?
    /// A digest that the tag is to be taken as.
    package var digest: String?
    package var archive: String?
    package var dockerfile: [UInt8]?
    /// A JSON object as text, `nil` where none was given.
    package var annotations: String?

    /// Reads both forms of the body; throws what a client is to be told.
    package init(_ body: BodyObject) throws(AnchoreError) {
        let source = try body.object("source")
        guard source == nil || (body.value["tag"] == nil && body.value["digest"] == nil) else {
            throw AnchoreError.badRequest("only one of source and the older members tag and digest may be given")
        }
        if let source {
            let kinds = ["tag", "digest", "archive", "import"].filter { source.value[$0] != nil }
            guard kinds.count == 1, let kind = kinds.first else {
                throw AnchoreError.badRequest("source must have exactly one of tag, digest, archive and import")
            }
            guard let given = try source.object(kind) else { throw AnchoreError.missing(kind) }
            switch kind {
            case "archive": archive = try given.string("digest")
            case "import": throw AnchoreError(501, "images are read from registries; imports are not supported")
            case "digest":
                let pullString = try given.string("pullstring")
                name = try given.string("tag")
                guard let at = pullString.lastIndex(of: "@") else {
                    throw AnchoreError.badRequest("pullstring of a digest must be registry/repo@digest")
                }
                digest = String(pullString[pullString.index(after: at)...])
                dockerfile = try Self.dockerfile(given)
            default:
                name = try given.string("pullstring")
                dockerfile = try Self.dockerfile(given)
            }
        } else {
            digest = try body.optionalString("digest")
            name = try body.optionalString("tag")
            guard name != nil else {
                throw digest == nil
                    ? AnchoreError.missing("tag") : AnchoreError.badRequest("a digest needs the tag that it is to have")
            }
            dockerfile = try Self.dockerfile(body)
        }
        annotations = try Self.annotations(body)
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

    private static func annotations(_ body: BodyObject) throws(AnchoreError) -> String? {
        guard let given = try body.object("annotations")?.value.members, !given.isEmpty else { return nil }
        guard given.count <= maxAnnotations else {
            throw AnchoreError.badRequest("over \(maxAnnotations) annotations")
        }
        for member in given where member.value.string == nil && member.value != .null {
            throw AnchoreError.wrongType("annotations.\(member.name)", "string")
        }
        let stored = given.filter { $0.value != .null }
        return String(decoding: JSONValue.object(stored).canonical, as: UTF8.self)
    }
}
