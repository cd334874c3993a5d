import ScanModel

@testable import Registry

/// Reaches the decoding of manifests without a server.
enum ManifestProbe {
    static func content(_ bytes: [UInt8]) throws -> ManifestContent {
        try ManifestDecoding.content(of: bytes, mediaType: MediaType.ociIndex)
    }
}
