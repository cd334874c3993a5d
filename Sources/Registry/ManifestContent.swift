import Foundation
package import ScanModel

/// What a manifest's bytes hold.
package enum ManifestContent: Sendable {
    /// An image index or Docker manifest list.
    case index(ImageIndex)
    /// The manifest of a container image.
    case image(ImageManifest)
    /// Docker's first format, which names no configuration; nothing of it is read.
    case schema1
    /// A manifest of something else, such as a chart or a signature; `reason` says of what.
    case artifact(reason: String)
    /// A media type that is not one of these.
    case unknown(mediaType: String)
}

/// A manifest as the registry sent it, its digest checked.
package struct FetchedManifest: Sendable {
    /// Media type, digest and size; the media type is the response's, or the body's where that says more.
    package let descriptor: Descriptor
    /// The bytes that have the digest.
    package let bytes: [UInt8]

    /// Reads the bytes.
    ///
    /// Throws `badResponse` for what is not JSON or not what its media type says, and where the response, the body's
    /// `mediaType` and the fields contradict each other: clients that believe different ones would see different images
    /// under one digest (GHSA-qq97-vm5h-rrhg).
    package func content() throws -> ManifestContent {
        try ManifestDecoding.content(of: bytes, mediaType: descriptor.mediaType)
    }
}

/// Tells manifests apart and decodes them.
enum ManifestDecoding {
    /// Media types that say nothing about a manifest; the body's own counts then.
    private static let generic: Set<String> = [
        "", "application/json", "application/octet-stream", "text/plain", "application/vnd.oci.empty.v1+json",
    ]

    /// The most layers of an image; Docker itself takes 127.
    static let maxLayers = 1000

    static func isGeneric(_ mediaType: String) -> Bool { generic.contains(mediaType) }

    /// The body's own `mediaType`, where it is an object with one.
    static func bodyMediaType(_ bytes: [UInt8]) -> String? {
        // A body that cannot be read is reported when its content is asked for.
        (try? JSONDecoder().decode(Shape.self, from: Data(bytes)))?.mediaType
    }

    static func content(of bytes: [UInt8], mediaType: String) throws -> ManifestContent {
        let shape: Shape
        do {
            shape = try JSONDecoder().decode(Shape.self, from: Data(bytes))
        } catch {
            throw RegistryError(.badResponse, "the manifest is not a JSON object that can be read")
        }
        if let own = shape.mediaType, !isGeneric(mediaType), own != mediaType {
            let claim = "\(PlainText.line(mediaType)) and in its body as \(PlainText.line(own))"
            throw RegistryError(.badResponse, "the manifest is served as \(claim)")
        }
        guard !(shape.hasManifests && (shape.hasLayers || shape.hasConfig)) else {
            throw RegistryError(.badResponse, "the manifest is both an index and an image")
        }
        let type = isGeneric(mediaType) ? shape.mediaType ?? shape.impliedType : mediaType
        if shape.schemaVersion == 1, shape.hasFSLayers { return .schema1 }
        guard MediaType.isIndex(type) || MediaType.isManifest(type) else {
            // What the bytes are is not for a response to say: else one registry could make an image that others hold
            // pass for something that needs no scan.
            guard shape.impliedType.isEmpty, !MediaType.isSchema1(type) else {
                let claim = PlainText.line(type, limit: 100)
                throw RegistryError(.badResponse, "the manifest is served as \(claim), which its fields are not")
            }
            return .unknown(mediaType: type)
        }
        guard shape.schemaVersion == 2 else {
            throw RegistryError(.badResponse, "the manifest's schemaVersion is not 2")
        }
        if MediaType.isIndex(type) {
            guard shape.hasManifests else { throw RegistryError(.badResponse, "the index has no list of manifests") }
            return .index(try decode(ImageIndex.self, bytes))
        }
        guard shape.hasConfig, shape.hasLayers else {
            throw RegistryError(.badResponse, "the image manifest lacks config or layers")
        }
        let manifest = try decode(ImageManifest.self, bytes)
        guard manifest.layers.count <= maxLayers else {
            throw RegistryError(.tooLarge, "the image has over \(maxLayers) layers")
        }
        if let reason = manifest.artifactReason { return .artifact(reason: PlainText.line(reason)) }
        return .image(manifest)
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            let reason = PlainText.line((error as? DecodingError)?.words ?? "\(error)", limit: 300)
            throw RegistryError(.badResponse, "the manifest cannot be read: \(reason)")
        }
    }

    /// The fields that tell the kinds apart.
    private struct Shape: Decodable {
        let schemaVersion: Int?
        let mediaType: String?
        let hasManifests: Bool
        let hasLayers: Bool
        let hasConfig: Bool
        let hasFSLayers: Bool

        enum CodingKeys: String, CodingKey {
            case schemaVersion, mediaType, manifests, layers, config, fsLayers
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            schemaVersion = try container.decodeIfPresent(Int.self, forKey: .schemaVersion)
            mediaType = try container.decodeIfPresent(String.self, forKey: .mediaType)
            hasManifests = container.contains(.manifests)
            hasLayers = container.contains(.layers)
            hasConfig = container.contains(.config)
            hasFSLayers = container.contains(.fsLayers)
        }

        /// The type of a body that neither the response nor itself names: OCI documents may leave it out.
        var impliedType: String {
            if hasManifests { return MediaType.ociIndex }
            if hasConfig && hasLayers { return MediaType.ociManifest }
            return hasFSLayers ? MediaType.dockerSchema1 : ""
        }
    }
}
