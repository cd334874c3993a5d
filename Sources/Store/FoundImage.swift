package import AnchoreAPI
package import ScanModel

/// One image that a run found, on its way into the plan.
package struct FoundImage: Sendable {
    /// A layer as the manifest lists it.
    package struct Layer: Sendable {
        package var digest: Digest
        package var size: Int64

        package init(digest: Digest, size: Int64) {
            self.digest = digest
            self.size = size
        }
    }

    /// A manifest that the database does not know yet.
    package struct Manifest: Sendable {
        package var digest: Digest
        package var mediaType: String
        package var platform: String
        package var configDigest: Digest
        package var layers: [Layer]
        /// The manifest and the configuration, where they were fetched.
        package var documents: ImageDocuments?

        package init(
            digest: Digest,
            mediaType: String,
            platform: String,
            configDigest: Digest,
            layers: [Layer],
            documents: ImageDocuments? = nil
        ) {
            self.digest = digest
            self.mediaType = mediaType
            self.platform = platform
            self.configDigest = configDigest
            self.layers = layers
            self.documents = documents
        }
    }

    /// What became of the question which image a tag names; a text is the reason.
    package enum Outcome: Sendable {
        /// A known digest: the database has its manifest.
        case known
        case image(Manifest)
        case unsupported(String)
        case failed(String)
        case gone(String)
    }

    package var registry: String
    package var repository: String
    package var tag: String
    /// The digest that the tag names; `nil` where it could not be asked for.
    package var digest: Digest?
    package var outcome: Outcome
    /// Whether it failed for want of an answer, which there may be later.
    package var isUnanswered = false
    /// Whether the image has failed because something that it names is missing: its tag may name another one by now.
    package var isIncomplete = false

    package init(registry: String, repository: String, tag: String, digest: Digest?, outcome: Outcome) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
        self.outcome = outcome
    }
}
