import Foundation
import ScanModel
import Testing

@Suite("Hashes of packages' files")
struct FileHashTests {
    // The SHA-1 and SHA-256 of no bytes.
    private let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    private let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @Test("Algorithms are known by every spelling that documents have")
    func spellings() {
        for name in ["SHA-256", "sha256", "SHA256"] {
            #expect(FileHash(named: name, hex: sha256.uppercased())?.description == "sha256:\(sha256)")
        }
        #expect(FileHash("sha1:\(sha1)")?.algorithm == .sha1)
    }

    @Test(
        "What is no hash is none",
        arguments: [
            "", ":", "sha256:", "sha256:ab", "sha1:zz39a3ee5e6b4b0d3255bfef95601890afd80709", "blake3:00", "sha1",
        ]
    )
    func refused(text: String) { #expect(FileHash(text) == nil) }

    // W3C Subresource Integrity 3.5, as npm writes it.
    @Test("An integrity value gives a hash of each algorithm that it has once")
    func integrity() {
        let one = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="
        let other = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=?opt"
        #expect(FileHash.all(integrity: "\(other)  \(one)").map(\.description) == ["sha1:\(sha1)", "sha256:\(sha256)"])
        #expect(FileHash.all(integrity: "\(one) sha1-3jmj7l5rSw0yVb/vlWAYkK/YBwk=").isEmpty)
        #expect(FileHash.all(integrity: "sha512-AAAA sha9-AAAA - x sha1-%%%").isEmpty)
    }

    @Test("Of hashes that differ in one algorithm none is agreed on")
    func agreed() throws {
        let known = try #require(FileHash("sha1:\(sha1)"))
        let other = try #require(FileHash("sha1:\(String(sha1.reversed()))"))
        let strong = try #require(FileHash("sha256:\(sha256)"))
        #expect(FileHash.agreed([strong, known, known]) == [known, strong])
        #expect(FileHash.agreed([strong, known, other]) == [strong])
    }

    @Test("A package that was stored before packages had hashes is still read")
    func older() throws {
        let json = #"{"type":"deb","name":"a","version":"1","arch":"","licenses":["MIT"]}"#
        let package = try JSONDecoder().decode(Package.self, from: Data(json.utf8))
        #expect(package == Package(type: .deb, name: "a", version: "1", licenses: ["MIT"]))
        var full = package
        full.hashes = [try #require(FileHash("sha1:\(sha1)"))]
        full.supplier = "S"
        full.installedBytes = 7
        #expect(try JSONDecoder().decode(Package.self, from: JSONEncoder().encode(full)) == full)
        #expect(full.identity == package.identity)
    }
}
