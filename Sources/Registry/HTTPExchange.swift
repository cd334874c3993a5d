import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// A request as we send it: HTTP/1.1, no body but a form's.
struct HTTPExchangeRequest: Sendable {
    var method: HTTPMethod
    var address: WebAddress
    /// What is asked for, for messages: registry, repository and object.
    var subject: String
    var headers: [(name: String, value: String)] = []
    var authorization: String?
    var form: String?
    /// The registry that the request is for, where `address` is that of another server which it named.
    var registry: WebAddress.Origin?
}

/// An answer whose body is still to be read.
struct HTTPExchangeReply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: BodyReader
    /// Whether redirects led away from the server that was asked.
    let hasLeftOrigin: Bool

    /// The `Content-Length`, where there is a sound one.
    var contentLength: Int64? {
        headers.first(name: "content-length").flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The media type without parameters, in lower case; empty where there is none.
    var mediaType: String {
        let value = headers.first(name: "content-type") ?? ""
        return String(value.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }).lowercased()
    }
}

/// Sends requests and follows redirects by our own rules; knows nothing of registries but where the limits lie.
struct HTTPExchange: Sendable {
    /// The most bytes in one response's headers, names and values together.
    static let maxHeaderBytes = 256 << 10

    let connections: Connections
    let options: RegistryOptions

    init(options: RegistryOptions) {
        connections = Connections(options: options)
        self.options = options
    }

    /// Closes all connections; to be called once, when no request is under way.
    func shutdown() async throws { try await connections.shutdown() }

    /// Sends one request and follows redirects; the credentials go to the server asked, and to no other.
    func send(_ request: HTTPExchangeRequest) async throws -> HTTPExchangeReply {
        var rules = RedirectRules(start: request.address)
        let registry = request.registry ?? request.address.origin
        while true {
            let client = connections.client(for: rules.current, of: registry)
            let response = try await execute(
                request,
                at: rules.current,
                over: client,
                withCredentials: !rules.hasLeftOrigin
            )
            let status = Int(response.status.code)
            guard RedirectRules.statuses.contains(status), request.form == nil else {
                return HTTPExchangeReply(
                    status: status,
                    headers: response.headers,
                    body: BodyReader(response.body, subject: request.subject, options: options),
                    hasLeftOrigin: rules.hasLeftOrigin
                )
            }
            let previous = rules.current.origin
            try rules.follow(response.headers.first(name: "location"), subject: request.subject)
            if rules.current.origin != previous {
                try await checkReach(of: rules.current, from: registry, subject: request.subject)
            }
        }
    }

    /// Throws `refusedAddress` where `address` lies nearer to us than `registry` does, or is never to be connected to.
    ///
    /// That it does not change its place until it is connected to is seen to by `Connections.guest`. A name that only a proxy
    /// knows is the proxy's to judge.
    func checkReach(of address: WebAddress, from registry: WebAddress.Origin, subject: String) async throws {
        let target: AddressScope
        do {
            target = try await HostScopes.nearest(of: address.host)
        } catch let error as RegistryError where error.code == .unreachable && connections.proxy(for: address) != nil {
            return
        }
        let source = connections.scope(of: registry)
        guard RedirectRules.allows(target, from: source) else {
            let reason = "is link-local, reserved or nearer to this machine than the registry is"
            throw RegistryError(.refusedAddress, "\(subject): refused to go to \(address.host), which \(reason)")
        }
    }

    private func execute(
        _ request: HTTPExchangeRequest,
        at address: WebAddress,
        over client: HTTPClient,
        withCredentials: Bool
    ) async throws -> HTTPClientResponse {
        var outgoing = HTTPClientRequest(url: address.text)
        outgoing.method = request.method
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        outgoing.headers.replaceOrAdd(name: "user-agent", value: options.userAgent)
        outgoing.headers.replaceOrAdd(name: "accept-encoding", value: "identity")
        if withCredentials, let authorization = request.authorization {
            outgoing.headers.replaceOrAdd(name: "authorization", value: authorization)
        }
        if let form = request.form {
            outgoing.headers.replaceOrAdd(name: "content-type", value: "application/x-www-form-urlencoded")
            outgoing.body = .bytes(Array(form.utf8))
        }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(outgoing, deadline: .now() + TimeAmount(options.requestTimeout))
        } catch {
            try Task.checkCancellation()
            throw RegistryError.transport(error, subject: request.subject)
        }
        let headerBytes = response.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard headerBytes <= Self.maxHeaderBytes else {
            throw RegistryError(.badResponse, "\(request.subject): over \(Self.maxHeaderBytes) bytes of headers")
        }
        return response
    }
}
