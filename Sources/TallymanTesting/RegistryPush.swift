import Foundation
import FoundationNetworking
import ScanModel

/// Pushes images into a real registry over plain HTTP (distribution-spec v1.1, "Pushing").
package struct RegistryPush {
    /// What a registry answered instead of taking an image.
    package struct Refusal: Error {
        let description: String
    }

    private let host: String

    /// `host` is `name:port`.
    package init(host: String) { self.host = host }

    /// Pushes an image's blobs and its manifest; throws ``Refusal``, and what the network says.
    package func push(_ image: TestImage, as repository: String, tag: String) async throws {
        for (digest, bytes) in image.blobs {
            let (_, begun) = try await send(
                "POST",
                "http://\(host)/v2/\(repository)/blobs/uploads/",
                [],
                nil,
                expecting: 202
            )
            guard let place = begun.value(forHTTPHeaderField: "Location") else {
                throw Refusal(description: "an upload without a place")
            }
            let upload = place.hasPrefix("/") ? "http://\(host)\(place)" : place
            let target = upload + (upload.contains("?") ? "&" : "?") + "digest=\(digest)"
            _ = try await send("PUT", target, bytes, "application/octet-stream", expecting: 201)
        }
        let target = "http://\(host)/v2/\(repository)/manifests/\(tag)"
        _ = try await send("PUT", target, image.manifest, image.mediaType, expecting: 201)
    }

    private func send(
        _ method: String,
        _ address: String,
        _ body: [UInt8],
        _ type: String?,
        expecting status: Int
    ) async throws -> (Data, HTTPURLResponse) {
        guard let url = URL(string: address) else { throw Refusal(description: "no address: \(address)") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        if let type { request.setValue(type, forHTTPHeaderField: "Content-Type") }
        let (data, response) = try await URLSession.shared.upload(for: request, from: Data(body))
        guard let answer = response as? HTTPURLResponse, answer.statusCode == status else {
            throw Refusal(description: "\(method) \(address): \(String(decoding: data, as: UTF8.self))")
        }
        return (data, answer)
    }
}
