import Foundation
import TallymanTesting
import Testing

@testable import Advisories

struct FeedFormatTests {
    /// One fix in Alpine's form, as Python's `bz2.compress` and `lzma.compress` pack it.
    private static let packed = [
        (
            "main.json.bz2",
            "QlpoOTFBWSZTWTOrbm0AADYfgBAHeBAKAAEKL6vdSiAAdCKeFPUDIDQ9QwQap+lPU0GRiNAMg3Y/3QLfMbZ1vtJaSEbUsXQmsSqFkI2J4oAlJw+QJxl0HbKgNu9q/ZYBdGVublCdDEkegaclU7CRXHecIDQqiP4u5IpwoSBnVtza"
        ),
        (
            "main.json.xz",
            "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AByAGddAD2IiIbUTFZk+/mZ/ZK20Geo/F51miQBr+xGloRtAl7fhfM23lzUREs2vxQ4qUGeicgkknlK3bN4a8OUIMqYjbMWEIA2c2S0twPAk8sx5675iRDC8anpjW1eAGEUddnmlelgFMuovQAAAMG7iIej70gyAAGDAXMAAABplJsfscRn+wIAAAAABFla"
        ),
    ]

    private func bytes(_ index: Int) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: Self.packed[index].1)))
    }

    @Test("bzip2 and xz are unpacked, also inside a tar archive", arguments: [0, 1])
    func unpacking(index: Int) throws {
        let folder = try TemporaryFolder()
        let name = Self.packed[index].0
        let alone = try folder.write(name, try bytes(index))
        #expect(try CollectingSink.importing([alone]).0.records["alpine"]?.count == 1)
    }

    @Test("Damaged data is an error, whatever byte is wrong or missing", arguments: [0, 1])
    func damage(index: Int) throws {
        let folder = try TemporaryFolder()
        let whole = try bytes(index)
        for count in stride(from: 4, to: whole.count - 1, by: 7) {
            let path = try folder.write(Self.packed[index].0, whole[..<count])
            #expect(throws: AdvisoryError.self) { try CollectingSink.importing([path]) }
        }
        var random = SeededRandom(seed: 5)
        for _ in 0..<60 {
            var copy = whole
            copy[random.below(copy.count)] ^= UInt8(1 + random.below(255))
            let path = try folder.write(Self.packed[index].0, copy)
            _ = try? CollectingSink.importing([path])  // Either answer is right; a trap is not.
        }
    }

    @Test("The documents of several publishers in one folder are each their own provider's")
    func publishers() throws {
        let folder = try TemporaryFolder()
        func fixes(_ address: String, _ release: String) -> String {
            let packages = #""packages":[{"pkg":{"name":"a","secfixes":{"1-r0":["CVE-2020-1000"]}}}]"#
            return #"{"urlprefix":"\#(address)","reponame":"os","distroversion":"\#(release)",\#(packages)}"#
        }
        try folder.write("a/wolfi.json", fixes("https://packages.wolfi.dev", "").utf8)
        try folder.write("a/chainguard.json", fixes("https://packages.cgr.dev", "").utf8)
        try folder.write("a/alpine.json", fixes("https://dl-cdn.alpinelinux.org", "v3.20").utf8)
        let (sink, report) = try CollectingSink.importing([folder.path])
        #expect(report.providers.map(\.provider) == ["alpine", "chainguard", "wolfi"])
        #expect(sink.records["wolfi"]?.flatMap { $0.affected.map(\.ecosystem) } == ["wolfi"])
    }
}
