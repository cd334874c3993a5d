import Foundation
package import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The server's certificate with its key, read again when their files change: connections that are there go on, new ones
/// are shown the new certificate.
package final class ServerCertificate: Sendable {
    /// A file cannot be used as what it should be.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// How often the files are looked at.
    private static let pause = Duration.seconds(10)
    private static let maxFileBytes = 1 << 20

    private struct Pair: Sendable {
        let chain: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
        /// What the files were when they were read.
        let state: [String]
    }

    private let certificateFile: String
    private let keyFile: String
    private let logger: Logger
    private let current: Mutex<Pair>

    /// Reads both files, PEM: the certificate with those that lead to its authority, and its key.
    ///
    /// Throws ``Failure`` where one cannot be read, or they do not belong together.
    package init(certificate: String, key: String, logger: Logger) throws {
        certificateFile = certificate
        keyFile = key
        self.logger = logger
        current = Mutex(try Self.read(certificate, key))
    }

    /// TLS 1.2 or newer, with whatever certificate is the present one when a client says hello.
    var configuration: TLSConfiguration {
        let pair = current.withLock(\.self)
        var configuration = Self.configuration(pair)
        configuration.sslContextCallback = { [self] _, promise in
            let pair = current.withLock(\.self)
            var present = NIOSSLContextConfigurationOverride()
            present.certificateChain = pair.chain.map { .certificate($0) }
            present.privateKey = .privateKey(pair.key)
            promise.succeed(present)
        }
        return configuration
    }

    private static func configuration(_ pair: Pair) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.chain.map { .certificate($0) },
            privateKey: .privateKey(pair.key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }

    /// Looks at the files every few seconds, until the task is cancelled.
    func watch() async throws {
        while true {
            try await Task.sleep(for: Self.pause)
            reload()
        }
    }

    /// Reads the files where they have changed; ones that cannot be used are told of, and the old ones stay.
    package func reload() {
        let state = Self.state([certificateFile, keyFile])
        guard state != current.withLock(\.state) else { return }
        do {
            let pair = try Self.read(certificateFile, keyFile)
            current.withLock { $0 = pair }
            logger.notice("the certificate in \(certificateFile) is a new one, and is used from now on")
        } catch {
            // A pair that is being replaced file by file does not belong together for a moment.
            logger.warning("the certificate was not changed: \(error)")
        }
    }

    private static func read(_ certificate: String, _ key: String) throws(Failure) -> Pair {
        let state = state([certificate, key])
        let chainBytes = try bytes(certificate)
        let keyBytes = try bytes(key)
        // The library's words for what is wrong name its own parts.
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(chainBytes), !chain.isEmpty else {  // told just here
            throw Failure(description: "\(certificate) holds no certificate in PEM that can be read")
        }
        guard let privateKey = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) else {  // told just here
            throw Failure(description: "\(key) holds no private key in PEM that can be read without a passphrase")
        }
        let pair = Pair(chain: chain, key: privateKey, state: state)
        do { _ = try NIOSSLContext(configuration: configuration(pair)) } catch {
            throw Failure(description: "the key in \(key) is not that of the certificate in \(certificate)")
        }
        return pair
    }

    private static func bytes(_ path: String) throws(Failure) -> [UInt8] {
        guard access(path, R_OK) == 0 else {
            throw Failure(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        guard let data = FileManager.default.contents(atPath: path), data.count <= maxFileBytes else {
            throw Failure(description: "\(path) is no file of at most \(maxFileBytes) bytes")
        }
        return Array(data)
    }

    /// What tells that files have changed; links are followed, as Kubernetes replaces what is mounted by way of one.
    private static func state(_ paths: [String]) -> [String] {
        paths.map { path in
            var found = stat()
            guard stat(path, &found) == 0 else { return "" }
            return "\(found.st_ino) \(found.st_size) \(found.st_mtim.tv_sec) \(found.st_mtim.tv_nsec)"
        }
    }
}
