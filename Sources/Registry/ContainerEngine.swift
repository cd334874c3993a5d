import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(Glibc)
    import Glibc
#endif

/// The API of a container engine on this machine, which hands out the images that it keeps.
///
/// Docker Engine API v1.24 and later, "Export several images" (`GET /images/get`); Podman serves the same call.
package struct ContainerEngine: Sendable {
    package enum Kind: String, Sendable {
        case docker
        case podman
    }

    package let kind: Kind
    /// `unix:///PATH` or `tcp://HOST:PORT`, in the order in which they are tried.
    let addresses: [String]
    private let options: RegistryOptions

    /// `DOCKER_HOST` or `CONTAINER_HOST` of `environment` names the engine; else its usual sockets are tried.
    package init(_ kind: Kind, environment: [String: String], options: RegistryOptions = RegistryOptions()) {
        self.kind = kind
        self.options = options
        let named = environment[kind == .docker ? "DOCKER_HOST" : "CONTAINER_HOST", default: ""]
        guard named.isEmpty else {
            addresses = [named]
            return
        }
        let runtime = environment["XDG_RUNTIME_DIR"].map { "unix://\($0)/\(kind.rawValue)" }
        switch kind {
        case .docker: addresses = ["unix:///var/run/docker.sock"] + [runtime.map { "\($0).sock" }].compactMap(\.self)
        case .podman:
            addresses = [runtime.map { "\($0)/podman.sock" }].compactMap(\.self) + ["unix:///run/podman/podman.sock"]
        }
    }

    /// Streams the image `name` as a Docker archive, an uncompressed tar; `onChunk` gets each byte once, in order.
    ///
    /// Throws `notFound` where the engine has no such image, `unreachable` where no engine answers, and what `onChunk`
    /// throws.
    package func save(_ name: String, onChunk: ([UInt8]) async throws -> Void) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.configuration(options))
        do {
            try await save(name, with: client, onChunk: onChunk)
        } catch {
            // The first error says what is wrong.
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func save(
        _ name: String,
        with client: HTTPClient,
        onChunk: ([UInt8]) async throws -> Void
    ) async throws {
        var failure = RegistryError(.unreachable, "\(kind.rawValue): no address to ask at")
        // One that may not be asked says more than one that is not there.
        var closed: RegistryError?
        for address in addresses {
            let subject = "\(kind.rawValue) at \(PlainText.line(address)): \(PlainText.line(name))"
            guard let url = Self.url(address, name: name) else {
                throw RegistryError(.unsupported, "\(subject): only unix:// and tcp:// addresses are spoken to")
            }
            var request = HTTPClientRequest(url: url)
            // The client names no host on a socket, and engines refuse what names none (RFC 9112, section 3.2).
            if address.hasPrefix("unix://") { request.headers.replaceOrAdd(name: "Host", value: "localhost") }
            let response: HTTPClientResponse
            do {
                response = try await client.execute(
                    request,
                    deadline: .now() + TimeAmount(options.requestTimeout)
                )
            } catch {
                try Task.checkCancellation()
                let isClosed = Self.isClosedToUs(address)
                failure = RegistryError(.unreachable, "\(subject): \(Self.silence(of: kind, isClosed: isClosed))")
                if isClosed { closed = failure }
                continue
            }
            let body = BodyReader(response.body, subject: subject, options: options)
            guard response.status == .ok else {
                let said = PlainText.line(String(decoding: await body.excerpt(maxBytes: 1024), as: UTF8.self))
                // Podman's status for it is 500.
                let isMissing = response.status == .notFound || said.contains("image not known")
                throw RegistryError(
                    isMissing ? .notFound : .badResponse,
                    "\(subject): \(isMissing ? "no such image" : "status \(response.status.code)"): \(said)",
                    status: Int(response.status.code)
                )
            }
            while let part = try await body.next() { try await onChunk(Array(part.readableBytesView)) }
            return
        }
        throw closed ?? failure
    }

    /// Why an engine does not answer, and what can be done.
    static func silence(of kind: Kind, isClosed: Bool) -> String {
        let name = "name it with \(kind == .docker ? "DOCKER_HOST" : "CONTAINER_HOST")"
        guard isClosed else { return "no engine answers; start it, or \(name)" }
        return "permission denied on its socket; run as a user who may write to it, or \(name)"
    }

    /// Whether there is a socket that this user may not write to: to connect takes that (unix(7)).
    private static func isClosedToUs(_ address: String) -> Bool {
        guard address.hasPrefix("unix://") else { return false }
        return access(String(address.dropFirst(7)), W_OK) != 0 && errno == EACCES
    }

    /// Where the image is handed out; `nil` for an address of another kind.
    static func url(_ address: String, name: String) -> String? {
        let path = "/images/get?names=\(PercentEncoding.encode(name))"
        if address.hasPrefix("unix://") {
            return "http+unix://\(PercentEncoding.encode(String(address.dropFirst(7))))\(path)"
        }
        guard address.hasPrefix("tcp://") else { return nil }
        return "http://\(address.dropFirst(6).prefix { $0 != "/" })\(path)"
    }

    private static func configuration(_ options: RegistryOptions) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: TimeAmount(options.connectTimeout))
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
