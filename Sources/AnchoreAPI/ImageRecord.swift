/// How far the analysis of an image is.
package enum AnalysisStatus: String, Sendable {
    case notAnalyzed = "not_analyzed"
    case analyzing, analyzed
    case failed = "analysis_failed"
}

/// One tag that names, or named, an image.
package struct TagRecord: Sendable, Equatable {
    package var registry: String
    /// As Anchore shows it, without `library/`.
    package var repository: String
    package var tag: String
    /// What the tag names in the registry: the image's digest, or that of a list of images.
    package var digest: String
    /// Since when, `YYYY-MM-DDTHH:MM:SSZ`.
    package var detectedAt: String
    /// Whether it still names the image.
    package var isCurrent: Bool

    package init(
        registry: String,
        repository: String,
        tag: String,
        digest: String,
        detectedAt: String,
        isCurrent: Bool = true
    ) {
        self.registry = registry
        self.repository = RepositoryName.shown(registry: registry, repository)
        self.tag = tag
        self.digest = digest
        self.detectedAt = detectedAt
        self.isCurrent = isCurrent
    }

    package var fulltag: String { "\(registry)/\(repository):\(tag)" }

    fileprivate func writeHistory(to text: inout JSONText) {
        text.openObject()
        text.member("registry", registry)
        text.member("repo", repository)
        text.member("tag", tag)
        text.member("fulltag", joining: registry, "/", repository, ":", tag)
        text.member("tag_detected_at", detectedAt)
        text.closeObject()
    }
}

/// An image of an account.
package struct ImageRecord: Sendable {
    package var digest: String
    package var account: String
    package var status: AnalysisStatus
    package var analyzedAt: String?
    package var createdAt: String
    package var updatedAt: String
    /// A JSON object as text.
    package var annotations: String?
    /// The image ID, in hexadecimal.
    package var imageID: String
    package var distro: String?
    package var distroVersion: String?
    package var size: Int
    package var layers: Int
    package var architecture: String
    package var dockerfile: [UInt8]?
    /// The newest first, at least one.
    package var tags: [TagRecord]

    package init(
        digest: String,
        account: String,
        status: AnalysisStatus,
        analyzedAt: String?,
        createdAt: String,
        updatedAt: String,
        annotations: String?,
        imageID: String,
        distro: String?,
        distroVersion: String?,
        size: Int,
        layers: Int,
        architecture: String,
        dockerfile: [UInt8]?,
        tags: [TagRecord]
    ) {
        self.digest = digest
        self.account = account
        self.status = status
        self.analyzedAt = analyzedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.annotations = annotations
        self.imageID = imageID
        self.distro = distro
        self.distroVersion = distroVersion
        self.size = size
        self.layers = layers
        self.architecture = architecture
        self.dockerfile = dockerfile
        self.tags = tags
    }

    /// The digest of the list of images that a tag names, or the image's own.
    package var parentDigest: String { tags.first?.digest ?? digest }

    package var dockerfileMode: String { dockerfile == nil ? "Guessed" : "Actual" }

    /// The image as answers about single images show it.
    package var json: JSONValue {
        var text = JSONText()
        write(to: &text)
        return .text(String(decoding: text.bytes, as: UTF8.self))
    }

    /// Adds the image as lists show it.
    package func write(to text: inout JSONText) {
        text.openObject()
        text.member("imageDigest", digest)
        text.member("parentDigest", parentDigest)
        text.member("userId", account)
        text.member("image_type", "docker")
        text.member("image_status", "active")
        text.member("record_version", "None")
        text.member("analysis_status", status.rawValue)
        text.member("analyzed_at", analyzedAt)
        text.member("created_at", createdAt)
        text.member("last_updated", updatedAt)
        text.member("annotations", json: (annotations ?? "{}").utf8)
        text.openObject("image_content")
        text.openObject("metadata")
        text.member("dockerfile_mode", dockerfileMode)
        text.member("distro", distro)
        text.member("distro_version", distroVersion)
        text.member("image_size", size)
        text.member("arch", architecture)
        text.member("layer_count", layers)
        text.closeObject()
        text.closeObject()
        text.openArray("image_detail")
        let dockerfile = dockerfile.map(Base64Text.encode)
        for tag in tags {
            text.openObject()
            text.member("fulltag", joining: tag.registry, "/", tag.repository, ":", tag.tag)
            text.member("registry", tag.registry)
            text.member("repo", tag.repository)
            text.member("tag", tag.tag)
            text.member("imageId", imageID)
            text.member("created_at", tag.detectedAt)
            text.member("tag_detected_at", tag.detectedAt)
            text.member("last_updated", updatedAt)
            text.member("digest", digest)
            text.member("imageDigest", digest)
            text.member("fulldigest", joining: tag.registry, "/", tag.repository, "@", digest)
            text.member("userId", account)
            text.member("dockerfile", dockerfile)
            text.closeObject()
        }
        text.closeArray()
        text.closeObject()
    }

    /// Adds the image as the member `name`, as answers about the fleet show it.
    package func writeSummary(_ name: StaticString, to text: inout JSONText) {
        text.openObject(name)
        text.member("imageDigest", digest)
        text.member("parentDigest", parentDigest)
        text.member("imageId", imageID)
        text.member("analyzed_at", analyzedAt ?? "None")
        text.openArray("tag_history")
        for tag in tags { tag.writeHistory(to: &text) }
        text.closeArray()
        text.closeObject()
    }

    /// Adds one flat record a tag, as `/summaries/imagetags` lists them.
    package func writeTagSummaries(to text: inout JSONText) {
        for tag in tags {
            text.openObject()
            text.member("fulltag", joining: tag.registry, "/", tag.repository, ":", tag.tag)
            text.member("imageDigest", digest)
            text.member("parentDigest", parentDigest)
            text.member("imageId", imageID)
            text.member("analysis_status", status.rawValue)
            text.member("image_status", "active")
            text.member("created_at", RecordSeconds.of(createdAt))
            text.member("analyzed_at", analyzedAt.flatMap(RecordSeconds.of))
            text.member("tag_detected_at", RecordSeconds.of(tag.detectedAt))
            text.closeObject()
        }
    }
}
