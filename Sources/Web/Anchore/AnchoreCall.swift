import AnchoreAPI
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Store

/// One request to the API, its sender known.
struct AnchoreCall: Sendable {
    let request: Request
    let parameters: [String: String]
    let principal: Principal
    /// The account that the request is about.
    let scope: AccountScope

    var account: String { scope.account }

    /// A part of the path, decoded.
    func part(_ name: String) throws(AnchoreError) -> String {
        guard let value = parameters[name] else { throw AnchoreError.notFound("no such path") }
        return value
    }

    /// What stands where the route has `**`, decoded: slashes may be encoded or not.
    var rest: String {
        get throws(AnchoreError) { try part(String(Parameters.recursiveCaptureKey)) }
    }

    /// A parameter of the query; empty ones count as left out.
    func query(_ name: String) throws(AnchoreError) -> String? {
        guard let value = request.uri.queryParameters[Substring(name)], !value.isEmpty else { return nil }
        guard value.utf8.count <= 4096, !value.utf8.contains(0) else {
            throw AnchoreError.badRequest("the parameter \(name) is not usable text")
        }
        return String(value)
    }

    /// A parameter that is true or false, in any case.
    func flag(_ name: String, default otherwise: Bool) throws(AnchoreError) -> Bool {
        switch try query(name)?.lowercased() {
        case nil: return otherwise
        case "true": return true
        case "false": return false
        default: throw AnchoreError.badRequest("\(name) must be true or false")
        }
    }

    /// The body, within `limit` bytes and a time.
    func body(upTo limit: Int = RequestLimits.body) async throws -> [UInt8] {
        try await RequestLimits.collect(request, upTo: limit)
    }

    /// The body as a JSON object.
    func object(upTo limit: Int = RequestLimits.body) async throws -> BodyObject {
        try BodyObject(try await body(upTo: limit))
    }
}

/// Bounds on what a client may send, and how long it may take.
enum RequestLimits {
    /// Bytes of a body, 1 MiB, and of a policy bundle, 10 MiB.
    static let body = 1 << 20
    static let bundle = 10 << 20
    /// How long a body may take.
    static let bodyTime = Duration.seconds(60)

    static func collect(_ request: Request, upTo limit: Int) async throws -> [UInt8] {
        if let stated = request.headers[.contentLength].flatMap({ Int($0) }), stated > limit { throw tooLarge(limit) }
        return try await within(bodyTime, otherwise: AnchoreError(408, "the body took too long")) {
            do {
                return Array(try await request.body.collect(upTo: limit).readableBytesView)
            } catch is NIOTooManyBytesError {
                throw tooLarge(limit)
            } catch let error where !(error is CancellationError) {
                // A client that goes away or sends chunks that are none; nothing of ours is wrong.
                throw AnchoreError.badRequest(
                    "the body could not be read: it breaks off, or its framing is none of HTTP's"
                )
            }
        }
    }

    private static func tooLarge(_ limit: Int) -> AnchoreError {
        AnchoreError(413, "the body has over \(limit) bytes")
    }

    /// Runs `body`, or throws `error` once the time is up.
    static func within<Value: Sendable>(
        _ time: Duration,
        otherwise error: any Error,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: time)
                throw error
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw error }
            return value
        }
    }
}

/// What is answered.
enum AnchoreAnswer: Sendable {
    case json(JSONValue)
    /// JSON text that was written before.
    case bytes([UInt8])
    /// Parts of JSON text, written one after the other; writing waits until the client has taken what was written before.
    case parts(@Sendable @concurrent (_ write: @concurrent ([UInt8]) async throws -> Void) async throws -> Void)
    /// A file to keep under `name`.
    case attachment([UInt8], type: String, name: String)
    case empty(HTTPResponse.Status)
}
