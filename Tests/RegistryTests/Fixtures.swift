import Crypto
import Foundation
import Logging
import Registry
import ScanModel
import TallymanTesting
import Testing

/// Options that fail and retry within a test's patience.
func quickOptions() -> RegistryOptions {
    var options = RegistryOptions()
    options.backoffBase = .milliseconds(5)
    options.backoffLimit = .milliseconds(20)
    options.maxRetryAfter = .milliseconds(50)
    options.requestTimeout = .seconds(5)
    options.idleTimeout = .seconds(5)
    options.deadline = .seconds(20)
    options.maxAttempts = 4
    return options
}

let testLogger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// Runs `body` with a client and closes the client.
@discardableResult
func withClient<Value>(
    _ options: RegistryOptions = quickOptions(),
    credentials: [String: RegistryCredential] = [:],
    gate: (any RequestGate)? = nil,
    _ body: (RegistryClient) async throws -> Value
) async throws -> Value {
    let client = RegistryClient(
        options: options,
        credentials: FixedCredentials(credentials),
        gate: gate,
        logger: testLogger
    )
    do {
        let value = try await body(client)
        try await client.shutdown()
        return value
    } catch {
        try await client.shutdown()
        throw error
    }
}

/// Runs `body` and returns the code of the registry error that it throws.
func code(_ body: () async throws -> Void) async -> RegistryError.Code? {
    await failure(body)?.code
}

/// Runs `body` and returns the registry error that it throws.
func failure(_ body: () async throws -> Void) async -> RegistryError? {
    do {
        try await body()
        Issue.record("no error was thrown")
        return nil
    } catch let error as RegistryError {
        return error
    } catch {
        Issue.record("not a registry error: \(error)")
        return nil
    }
}

func digest(_ bytes: [UInt8]) -> ScanModel.Digest {
    ScanModel.Digest(sha256: SHA256.hash(data: bytes))
}

/// Bytes that differ from place to place, so that a wrong offset shows.
func patterned(_ count: Int) -> [UInt8] {
    var state: UInt32 = 12345
    return (0..<count).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
    }
}

/// JSON of an image manifest or index, written out so that tests see what is sent.
enum Documents {
    static let config = #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#

    static func image(mediaType: String? = MediaType.ociManifest, configType: String = MediaType.ociConfig) -> String {
        let own = mediaType.map { #""mediaType":"\#($0)","# } ?? ""
        let blob = Array(config.utf8)
        let descriptor = #"{"mediaType":"\#(configType)","digest":"\#(digest(blob))","size":\#(blob.count)}"#
        return #"{"schemaVersion":2,\#(own)"config":\#(descriptor),"layers":[]}"#
    }

    static func entry(
        _ body: String,
        type: String = MediaType.ociManifest,
        platform: String? = nil,
        annotations: String? = nil
    ) -> String {
        entry(digest(Array(body.utf8)), size: body.utf8.count, type: type, platform: platform, annotations: annotations)
    }

    static func entry(
        _ digest: ScanModel.Digest,
        size: Int,
        type: String,
        platform: String? = nil,
        annotations: String? = nil
    ) -> String {
        var fields = [#""mediaType":"\#(type)""#, #""digest":"\#(digest)""#, #""size":\#(size)"#]
        if let parts = platform?.split(separator: "/") {
            fields.append(#""platform":{"os":"\#(parts[0])","architecture":"\#(parts[1])"}"#)
        }
        if let annotations { fields.append(#""annotations":\#(annotations)"#) }
        return "{\(fields.joined(separator: ","))}"
    }

    static func index(_ entries: [String], mediaType: String? = MediaType.ociIndex) -> String {
        let own = mediaType.map { #""mediaType":"\#($0)","# } ?? ""
        return #"{"schemaVersion":2,\#(own)"manifests":[\#(entries.joined(separator: ","))]}"#
    }
}

/// A server with manifests under tags and digests, and with blobs.
func contentServer(tags: [String: (String, type: String)], other: [(String, type: String)] = []) throws -> FaultServer {
    var manifests: [String: (String, String)] = [:]
    for (tag, content) in tags { manifests[tag] = (content.0, content.type) }
    for content in other + tags.values { manifests["\(digest(Array(content.0.utf8)))"] = (content.0, content.type) }
    let known = manifests
    return try FaultServer { request, _ in
        let name = String(request.path.split(separator: "/").last ?? "")
        if request.path.contains("/blobs/") { return .reply(200, text: Documents.config) }
        guard let (body, type) = known[name] else { return .reply(404) }
        return .reply(200, [("Content-Type", type)], text: body)
    }
}
