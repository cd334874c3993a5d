/// The media types that a registry may answer with (OCI image-spec v1.1, media-types.md; Docker image manifest v2).
package enum MediaType {
    package static let ociIndex = "application/vnd.oci.image.index.v1+json"
    package static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    package static let ociConfig = "application/vnd.oci.image.config.v1+json"
    package static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
    package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    package static let dockerConfig = "application/vnd.docker.container.image.v1+json"
    package static let dockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json"
    package static let dockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"

    /// What a manifest request asks for, in `Accept`.
    package static let acceptedManifests = [ociIndex, dockerIndex, ociManifest, dockerManifest, dockerSchema1Signed]

    /// Whether it is that of a list of manifests, one a platform.
    package static func isIndex(_ type: String) -> Bool { type == ociIndex || type == dockerIndex }
    /// Whether it is that of one image's manifest.
    package static func isManifest(_ type: String) -> Bool { type == ociManifest || type == dockerManifest }
    /// Whether it is that of a manifest of Docker's schema 1, which counts as unsupported.
    package static func isSchema1(_ type: String) -> Bool { type == dockerSchema1 || type == dockerSchema1Signed }
    /// Whether it is that of an image's configuration, and not of some other artifact's.
    package static func isImageConfig(_ type: String) -> Bool { type == ociConfig || type == dockerConfig }

    /// Layers whose bytes live outside the registry (image-spec layer.md, Non-Distributable Layers; Docker's foreign).
    package static func isForeignLayer(_ type: String) -> Bool {
        type.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
            || type.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
    }

    /// Layers in a form that we read: a tar archive, whatever its compression is said to be.
    ///
    /// Not one that is encrypted, as containerd's imgcrypt and Skopeo write them (`…tar+gzip+encrypted`).
    package static func isLayer(_ type: String) -> Bool {
        let isTar = ["application/vnd.oci.image.layer.v1.tar", "application/vnd.docker.image.rootfs.diff.tar"]
            .contains { type.hasPrefix($0) }
        return (isTar || type.hasPrefix("application/x-tar")) && !type.hasSuffix("+encrypted")
    }
}

/// A platform of an image (image-spec v1.1, image-index.md, `platform`).
package struct Platform: Codable, Hashable, Sendable, CustomStringConvertible {
    package var os: String
    package var architecture: String
    package var variant: String?

    package init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Parses `linux/amd64` or `linux/arm64/v8`; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 64 }) else {
            return nil
        }
        self.init(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
    }

    package static let linuxAMD64 = Platform(os: "linux", architecture: "amd64")

    package var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }

    /// Whether an image for `other` runs where this platform is asked for; a variant counts only where one is asked for.
    package func accepts(_ other: Platform) -> Bool {
        os == other.os && architecture == other.architecture && (variant == nil || variant == other.variant)
    }
}

/// A reference to content (image-spec v1.1, descriptor.md).
package struct Descriptor: Codable, Hashable, Sendable {
    package var mediaType: String
    package var digest: Digest
    package var size: Int64
    package var urls: [String]?
    package var annotations: [String: String]?
    package var platform: Platform?
    package var artifactType: String?

    package init(mediaType: String, digest: Digest, size: Int64, platform: Platform? = nil) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
    }

    /// BuildKit's provenance and SBOM entries in an index: no image of any platform.
    package var isAttestation: Bool {
        annotations?["vnd.docker.reference.type"] == "attestation-manifest"
            || (platform?.os == "unknown" && platform?.architecture == "unknown")
    }
}

/// An image manifest, OCI or Docker schema 2 (image-spec v1.1, manifest.md).
package struct ImageManifest: Codable, Sendable {
    package var schemaVersion: Int
    package var mediaType: String?
    package var artifactType: String?
    package var config: Descriptor
    package var layers: [Descriptor]
    package var annotations: [String: String]?
    package var subject: Descriptor?

    /// Why this is not a container image, or `nil` where it is one.
    ///
    /// Docker images that old tools pushed name no type of their configuration; their layers tell what they are.
    package var artifactReason: String? {
        let isUntyped = ["", "application/octet-stream"].contains(config.mediaType)
        if isUntyped, artifactType == nil, mediaType == MediaType.dockerManifest, !layers.isEmpty,
            layers.allSatisfy({ MediaType.isLayer($0.mediaType) || MediaType.isForeignLayer($0.mediaType) })
        {
            return nil
        }
        if let artifactType, !MediaType.isImageConfig(config.mediaType) {
            return "artifact of type \(artifactType.prefix(100))"
        }
        guard MediaType.isImageConfig(config.mediaType) else {
            return "artifact with config type \(config.mediaType.prefix(100))"
        }
        return nil
    }
}

/// An image index or Docker manifest list (image-spec v1.1, image-index.md).
package struct ImageIndex: Codable, Sendable {
    package var schemaVersion: Int
    package var mediaType: String?
    package var manifests: [Descriptor]
}
