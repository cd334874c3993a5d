import Foundation
import FoundationNetworking
import ScanModel
import TallymanTesting
import Testing

/// Pushes images into a real registry over plain HTTP (distribution-spec v1.1, "Pushing").
struct RegistryPush {
    let host: String

    func push(_ image: TestImage, as repository: String, tag: String) async throws {
        for (digest, bytes) in image.blobs {
            let (_, begun) = try await send(
                "POST",
                "http://\(host)/v2/\(repository)/blobs/uploads/",
                [],
                nil,
                expecting: 202
            )
            let place = try #require(begun.value(forHTTPHeaderField: "Location"))
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
        var request = URLRequest(url: try #require(URL(string: address)))
        request.httpMethod = method
        if let type { request.setValue(type, forHTTPHeaderField: "Content-Type") }
        let (data, response) = try await URLSession.shared.upload(for: request, from: Data(body))
        let answer = try #require(response as? HTTPURLResponse)
        try #require(answer.statusCode == status, "\(method) \(address): \(String(decoding: data, as: UTF8.self))")
        return (data, answer)
    }
}
