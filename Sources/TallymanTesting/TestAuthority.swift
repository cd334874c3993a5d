package import Foundation

/// A certificate authority of a test's own, and certificates by it (openssl(1)).
package struct TestAuthority {
    /// Where the files are; it may be read by everybody, for servers run as other users.
    package let folder: URL

    /// Makes the authority in a folder that is there.
    package init(in folder: URL) async throws {
        self.folder = folder
        try await TestCommand.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-keyout", folder.appending(path: "ca.key").path, "-out", authority, "-subj", "/CN=test authority",
        ])
    }

    /// The file with the authority's certificate.
    package var authority: String { folder.appending(path: "ca.pem").path }

    package func certificate(_ name: String) -> String { folder.appending(path: "\(name).pem").path }
    package func key(_ name: String) -> String { folder.appending(path: "\(name).key").path }

    /// Makes a certificate and its key for `names`, such as `DNS:redis.test` or `IP:127.0.0.1`.
    package func issue(_ name: String, for names: String) async throws {
        let request = folder.appending(path: "\(name).csr").path
        let extensions = folder.appending(path: "\(name).ext").path
        try Data("subjectAltName=\(names)\n".utf8).write(to: URL(filePath: extensions))
        try await TestCommand.run([
            "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key(name), "-out", request, "-subj", "/CN=\(name)",
        ])
        try await TestCommand.run([
            "openssl", "x509", "-req", "-in", request, "-CA", authority, "-CAkey",
            folder.appending(path: "ca.key").path,
            "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate(name),
        ])
    }
}
