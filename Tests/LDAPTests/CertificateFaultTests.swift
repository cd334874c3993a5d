import Foundation
import TallymanTesting
import Testing

@testable import LDAP

@Suite("What is wrong with a directory's certificate")
struct CertificateFaultTests {
    /// A certificate as servers send it.
    private static func bytes(_ path: String) throws -> [UInt8] {
        let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        return [UInt8](try #require(Data(base64Encoded: lines.joined())))
    }

    @Test("its dates, its name and its authority are told apart, with what to do")
    func words() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-ldap-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let authority = try await TestAuthority(in: folder)
        try await authority.issue("server", for: "DNS:ldap.test,IP:127.0.0.1,IP:::1")
        let old = folder.appending(path: "old.pem").path
        try await TestCommand.run([
            "openssl", "x509", "-req", "-in", folder.appending(path: "server.csr").path, "-CA", authority.authority,
            "-CAkey", folder.appending(path: "ca.key").path, "-CAcreateserial", "-days", "-1", "-out", old,
        ])
        let good = try Self.bytes(authority.certificate("server"))
        func words(_ certificate: [UInt8], _ url: String, _ file: String? = nil) -> String {
            CertificateFault.words(certificate, LDAPServer(url: url, authorityFile: file)) ?? "none"
        }
        #expect(words(try Self.bytes(old), "ldaps://ldap.test").contains("has expired"))
        #expect(words(good, "ldaps://other.test:636").contains("is not for other.test: use a name"))
        for host in ["ldap.test", "LDAP.test:636", "127.0.0.1", "[::1]:1636/"] {
            #expect(words(good, "ldaps://\(host)").contains("name its authority's file with ldap-ca"), "\(host)")
        }
        #expect(words(good, "ldaps://ldap.test", "/ca.pem").contains("no authority in /ca.pem"))
        #expect(words([1, 2, 3], "ldaps://ldap.test") == "none")
        #expect(words([], "ldaps://ldap.test") == "none")
    }
}
