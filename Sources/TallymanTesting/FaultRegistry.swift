import Foundation
package import ScanModel
import Synchronization

/// A registry on the loopback interface that holds its images in memory, logs what it is asked for, and misbehaves
/// where a test says so.
///
/// It pages its lists, knows ranges and `HEAD`, and asks for tokens where it is told to.
package final class FaultRegistry: Sendable {
    /// What a fault rule applies to and how often it did.
    private struct Rule {
        var path: String
        var methods: Set<String>
        var requests: ClosedRange<Int>
        var fault: Fault
        var isSet: Bool
        var matched = 0
    }

    private struct Content {
        var manifests: [String: [String: (type: String, bytes: [UInt8], digest: String)]] = [:]
        var blobs: [String: [UInt8]] = [:]
        var rules: [Rule] = []
        var pageSize = Int.max
        /// The tokens that are good now; `nil` where none are asked for.
        var tokens: Set<String>?
        var tokensIssued = 0
        var log: [FaultServer.Request] = []
    }

    private final class Shared: Sendable {
        let content = Mutex(Content())
    }

    private let shared: Shared
    private let server: FaultServer

    package init() throws {
        let shared = Shared()
        self.shared = shared
        server = try FaultServer { request, _ in Self.answer(request, shared) }
    }

    package var host: String { server.host }
    package var url: String { server.url }

    package func stop() { server.stop() }

    // MARK: Content

    package func add(_ image: TestImage, as repository: String, tag: String) {
        addManifest(image.manifest, type: image.mediaType, as: repository, tag: tag, digest: image.digest)
        for bytes in image.blobs.values { addBlob(bytes) }
    }

    /// Adds a manifest or index of any kind; without a tag it is there by its digest alone.
    package func addManifest(
        _ bytes: [UInt8],
        type: String,
        as repository: String,
        tag: String? = nil,
        digest: ScanModel.Digest? = nil
    ) {
        let digest = digest ?? TestImage.digest(bytes)
        shared.content.withLock { content in
            content.manifests[repository, default: [:]][digest.description] = (type, bytes, digest.description)
            if let tag { content.manifests[repository, default: [:]][tag] = (type, bytes, digest.description) }
        }
    }

    package func addBlob(_ bytes: [UInt8]) {
        shared.content.withLock { $0.blobs[TestImage.digest(bytes).description] = bytes }
    }

    /// Removes a tag, or a manifest by its digest.
    package func removeManifest(_ name: String, from repository: String) {
        shared.content.withLock { _ = $0.manifests[repository]?.removeValue(forKey: name) }
    }

    /// Cuts pages of lists to so many names, each with a link to the next.
    package func setPageSize(_ size: Int) { shared.content.withLock { $0.pageSize = size } }

    /// Asks for a token from now on, and takes none that was given before.
    package func demandNewTokens() { shared.content.withLock { $0.tokens = [] } }

    // MARK: Faults

    /// Sets or ends the misbehaviour of every path that begins with `path`, which follows `/v2/`.
    package func setFault(_ fault: Fault?, at path: String) {
        shared.content.withLock { content in
            content.rules.removeAll { $0.isSet && $0.path == "/v2/\(path)" }
            guard let fault else { return }
            content.rules.append(
                Rule(path: "/v2/\(path)", methods: [], requests: 1...Int.max, fault: fault, isSet: true)
            )
        }
    }

    /// Misbehaves at those of the requests to paths that begin with `path` whose number is in `requests`, counted from 1.
    ///
    /// The longest path counts, of equal ones the last that was added. Without methods all count.
    package func add(
        _ fault: Fault,
        at path: String,
        _ methods: String...,
        requests: ClosedRange<Int> = 1...Int.max
    ) {
        let rule = Rule(path: "/v2/\(path)", methods: Set(methods), requests: requests, fault: fault, isSet: false)
        shared.content.withLock { $0.rules.append(rule) }
    }

    // MARK: Log

    package var requests: [FaultServer.Request] { shared.content.withLock { $0.log } }

    package func forgetRequests() { shared.content.withLock { $0.log = [] } }

    /// How often each blob was asked for, by digest.
    package var blobRequests: [String: Int] {
        let digests = requests.filter { $0.method == "GET" && $0.path.contains("/blobs/") }
            .compactMap { $0.path.split(separator: "/").last.map(String.init) }
        return Dictionary(digests.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// How many tokens were given.
    package var tokensIssued: Int { shared.content.withLock { $0.tokensIssued } }

    // MARK: Answers

    private static func answer(_ request: FaultServer.Request, _ shared: Shared) -> [FaultServer.Step] {
        let (answer, fault) = shared.content.withLock { content -> (Fault.Answer, Fault?) in
            content.log.append(request)
            var best: Int?
            for index in content.rules.indices {
                let rule = content.rules[index]
                guard request.path.hasPrefix(rule.path), rule.methods.isEmpty || rule.methods.contains(request.method)
                else { continue }
                content.rules[index].matched += 1
                guard rule.requests.contains(content.rules[index].matched) else { continue }
                if best.map({ content.rules[$0].path.count <= rule.path.count }) ?? true { best = index }
            }
            return (find(request, in: &content), best.map { content.rules[$0].fault })
        }
        // Outside of the lock, as a fault may change the content.
        return fault?.steps(request, answer) ?? answer.steps
    }

    private static func find(_ request: FaultServer.Request, in content: inout Content) -> Fault.Answer {
        if request.path == "/token" { return giveToken(in: &content) }
        if let tokens = content.tokens, !tokens.contains(request.headers["authorization"] ?? "") {
            let realm = "http://\(request.headers["host"] ?? "")/token"
            let challenge = #"Bearer realm="\#(realm)",service="test""#
            return Fault.Answer(request, 401, [("WWW-Authenticate", challenge)], Array("{}".utf8))
        }
        let parts = request.path.split(separator: "/").map(String.init)
        if parts == ["v2"] { return Fault.Answer(request, 200, [], Array("{}".utf8)) }
        if parts == ["v2", "_catalog"] { return page("repositories", content.manifests.keys, request, content) }
        if parts.count > 3, let last = parts.last {
            let repository = parts[1..<(parts.count - 2)].joined(separator: "/")
            switch parts[parts.count - 2] {
            case "tags":
                if let tags = content.manifests[repository]?.keys {
                    return page("tags", tags.filter { !$0.contains(":") }, request, content)
                }
            case "manifests":
                if let manifest = content.manifests[repository]?[last] {
                    let headers = [("Content-Type", manifest.type), ("Docker-Content-Digest", manifest.digest)]
                    return Fault.Answer(request, 200, headers, manifest.bytes)
                }
            case "blobs":
                if let blob = content.blobs[last] { return ranged(request, blob) }
            default: break
            }
        }
        return Fault.Answer(request, 404, [("Content-Type", "application/json")], Array(#"{"errors":[]}"#.utf8))
    }

    private static func giveToken(in content: inout Content) -> Fault.Answer {
        content.tokensIssued += 1
        content.tokens?.insert("Bearer token-\(content.tokensIssued)")
        let text = #"{"token":"token-\#(content.tokensIssued)","expires_in":3600}"#
        return Fault.Answer(FaultServer.Request(), 200, [], Array(text.utf8))
    }

    private static func ranged(_ request: FaultServer.Request, _ blob: [UInt8]) -> Fault.Answer {
        let type = [("Content-Type", "application/octet-stream")]
        guard let start = request.rangeStart else { return Fault.Answer(request, 200, type, blob) }
        guard start < blob.count else {
            return Fault.Answer(request, 416, [("Content-Range", "bytes */\(blob.count)")], [])
        }
        let range = ("Content-Range", "bytes \(start)-\(blob.count - 1)/\(blob.count)")
        return Fault.Answer(request, 206, type + [range], Array(blob[start...]))
    }

    private static func page(
        _ field: String,
        _ names: some Sequence<String>,
        _ request: FaultServer.Request,
        _ content: Content
    ) -> Fault.Answer {
        let last = URLComponents(string: request.target)?.queryItems?.first { $0.name == "last" }?.value ?? ""
        let rest = names.filter { $0 > last }.sorted()
        let shown = rest.prefix(content.pageSize)
        let text = shown.map { "\"\($0)\"" }.joined(separator: ",")
        var headers = [("Content-Type", "application/json")]
        if shown.count < rest.count, let end = shown.last {
            let query = "n=\(content.pageSize)&last=\(end.replacing("/", with: "%2F"))"
            headers.append(("Link", "<\(request.path)?\(query)>; rel=\"next\""))
        }
        return Fault.Answer(request, 200, headers, Array(#"{"\#(field)":[\#(text)]}"#.utf8))
    }
}

extension FaultServer.Request {
    /// The first byte that a `Range` header asks for.
    package var rangeStart: Int? { headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } }
}
