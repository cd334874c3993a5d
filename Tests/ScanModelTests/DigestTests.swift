import Foundation
import ScanModel
import Testing

private let hex = String(repeating: "0123456789abcdef", count: 4)

private let hostile: [String] = [
    "", ":", "sha256", "sha256:", hex, "sha256:../../x", "sha256:\(hex.dropLast())", "sha256:\(hex)0", "SHA256:\(hex)",
    "sha256:\(hex.uppercased())", "sha512:\(hex)", "sha256:\(hex)\(hex)", "md5:\(hex)", "sha256+b64:\(hex)",
    "sha256:sha256:\(hex)", " sha256:\(hex)", "sha256:\(hex)\n", "sha256:\u{301}\(hex)",
    "sha256:\(hex.dropLast(2))\u{e9}",
    "sha256:\(hex.dropLast(3))%2f", "sha256:\(hex.dropLast())/", "sha256:\(hex.dropLast())\u{0}",
    String(repeating: "sha256:", count: 100_000),
]

@Suite("Digests")
struct DigestTests {
    @Test("The two algorithms of the image specification are read, in lower case")
    func accepted() throws {
        let short = try #require(Digest("sha256:" + hex))
        #expect(short.algorithm == .sha256)
        #expect(short.hex == hex)
        #expect(short.description == "sha256:" + hex)
        #expect(short.short == "0123456789ab")
        let long = try #require(Digest("sha512:" + hex + hex))
        #expect(long.algorithm == .sha512)
        #expect(Digest(sha256: (0..<32).map { _ in UInt8(0xab) }).hex == String(repeating: "ab", count: 32))
        #expect(
            Digest(sha512: (0..<64).map { _ in UInt8(1) }).description == "sha512:" + String(repeating: "01", count: 64)
        )
    }

    @Test("Anything else is refused", arguments: hostile)
    func refused(text: String) throws {
        #expect(Digest(text) == nil)
        let json = try JSONEncoder().encode([text])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Digest].self, from: json) }
    }

    @Test("A digest survives JSON, and digests sort by algorithm first")
    func orderAndJSON() throws {
        let one = Digest(sha256: [UInt8](repeating: 9, count: 32))
        let two = Digest(sha512: [UInt8](repeating: 1, count: 64))
        #expect(one < two)
        #expect(Digest(sha256: [UInt8](repeating: 8, count: 32)) < one)
        #expect(try JSONDecoder().decode([Digest].self, from: JSONEncoder().encode([one, two])) == [one, two])
    }
}
