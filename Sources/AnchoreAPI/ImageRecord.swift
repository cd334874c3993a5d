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

    var history: JSONValue {
        [
            "registry": .string(registry), "repo": .string(repository), "tag": .string(tag),
            "fulltag": .string(fulltag), "tag_detected_at": .string(detectedAt),
        ]
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

    package var json: JSONValue {
        [
            "imageDigest": .string(digest), "parentDigest": .string(parentDigest), "userId": .string(account),
            "image_type": "docker", "image_status": "active", "record_version": "None",
            "analysis_status": .string(status.rawValue), "analyzed_at": .string(analyzedAt),
            "created_at": .string(createdAt), "last_updated": .string(updatedAt),
            "annotations": annotations.map { .text($0) } ?? .object([]),
            "image_content": [
                "metadata": [
                    "dockerfile_mode": .string(dockerfileMode), "distro": .string(distro),
                    "distro_version": .string(distroVersion), "image_size": .int(size),
                    "arch": .string(architecture), "layer_count": .int(layers),
                ]
            ],
            "image_detail": .array(tags.map(detail)),
        ]
    }

    private func detail(_ tag: TagRecord) -> JSONValue {
        [
            "fulltag": .string(tag.fulltag), "registry": .string(tag.registry), "repo": .string(tag.repository),
            "tag": .string(tag.tag), "imageId": .string(imageID), "created_at": .string(tag.detectedAt),
            "tag_detected_at": .string(tag.detectedAt), "last_updated": .string(updatedAt),
            "digest": .string(digest), "imageDigest": .string(digest),
            "fulldigest": .string("\(tag.registry)/\(tag.repository)@\(digest)"), "userId": .string(account),
            "dockerfile": dockerfile.map { .string(Base64Text.encode($0)) } ?? .null,
        ]
    }

    /// The image as answers about the fleet show it.
    package var summary: JSONValue {
        [
            "imageDigest": .string(digest), "parentDigest": .string(parentDigest), "imageId": .string(imageID),
            "analyzed_at": .string(analyzedAt ?? "None"), "tag_history": .array(tags.map(\.history)),
        ]
    }

    /// One flat record a tag, as `/summaries/imagetags` lists them.
    package var tagSummaries: [JSONValue] {
        tags.map { tag in
            [
                "fulltag": .string(tag.fulltag), "imageDigest": .string(digest),
                "parentDigest": .string(parentDigest), "imageId": .string(imageID),
                "analysis_status": .string(status.rawValue), "image_status": "active",
                "created_at": .string(createdAt), "analyzed_at": .string(analyzedAt),
                "tag_detected_at": .string(tag.detectedAt),
            ]
        }
    }
}
