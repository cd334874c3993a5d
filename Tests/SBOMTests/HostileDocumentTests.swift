import ScanModel
import TallymanTesting
import Testing

@testable import SBOM

@Suite struct `Hostile documents` {
    private func read(_ bytes: [UInt8]) {
        do { _ = try BillOfMaterials.read(bytes, source: "x") } catch { #expect(error is SBOMError) }
    }

    @Test(arguments: SBOMFormat.allCases)
    func `documents cut or changed anywhere give packages or an error, never a trap`(format: SBOMFormat) {
        var bill = SampleBill.plain
        bill.components = Array(bill.components.prefix(2))
        let bytes = bill.encode(as: format)
        var random = SeededRandom(seed: 5)
        for length in stride(from: 0, to: bytes.count, by: 13) { read(Array(bytes[..<length])) }
        for _ in 0..<400 {
            var copy = bytes
            for _ in 0...random.below(4) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            let start = random.below(copy.count)
            copy.removeSubrange(start..<min(copy.count, start + random.below(20)))
            read(copy)
        }
        for start in ["{", "<", "SPDXVersion: SPDX-2.3\n", "{\"bomFormat\":\"CycloneDX\",\"components\":["] {
            for _ in 0..<200 { read(Array(start.utf8) + random.bytes(random.below(80))) }
        }
    }

    @Test func `depth is bounded in every form`() throws {
        let deep = 200_000
        read(Array((#"{"bomFormat":"CycloneDX","components":"# + String(repeating: "[", count: deep)).utf8))
        read(Array((#"{"bomFormat":"CycloneDX","x":"# + String(repeating: "[", count: deep)).utf8))
        read(Array(String(repeating: "<bom>", count: deep).utf8))
        let nested = String(repeating: #"{"name":"a","version":"1","purl":"pkg:gem/a@1","components":["#, count: 100)
        let text = #"{"bomFormat":"CycloneDX","components":["# + nested + String(repeating: "]}", count: 100) + "]}"
        let bill = try BillOfMaterials.read(Array(text.utf8), source: "x")
        #expect(bill.components.count == 1)
        #expect(bill.gaps.contains { $0.gap.reason.contains("64 levels") })
    }

    @Test func `what is of another kind or no text is passed over, and costs its own value only`() throws {
        let odd = #""hashes":{"a":[1]},"x":[$;nul],"group":["g"],"description":"a\qb\ud800"#
        let text = "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"type\":\"library\",\"name\":\"a\",\(odd)\t\","
        let end = #""version":1.5,"purl":"pkg:gem/a@1.5"}],"dependencies":{}}"#
        let bytes = [0xEF, 0xBB, 0xBF] + Array((text + end).utf8)
        let bill = try BillOfMaterials.read(bytes, source: "x")
        #expect(bill.components.map(\.installed.package.version) == ["1.5"])
        for broken in [Array(bytes.dropLast()), bytes + [0x31]] {
            let error = #expect(throws: SBOMError.self) { try BillOfMaterials.read(broken, source: "x") }
            #expect(error?.message.hasPrefix("not JSON: ") == true)
        }
    }

    @Test func `long fields and many small records take linear time`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        read(
            Array(
                #"{"bomFormat":"CycloneDX","components":[{"name":"\#(long)","version":"\#(long)","purl":"pkg:\#(long)"}]}"#
                    .utf8
            )
        )
        read(Array("<bom><components><component><name>\(long)</name></component></components></bom>".utf8))
        read(Array(("SPDXVersion: SPDX-2.3\n" + String(repeating: "PackageName: <text></text>\n", count: 20_000)).utf8))
        let quotes = String(repeating: "&amp;", count: 100_000)
        read(Array("<bom><name>\(quotes)</name></bom>".utf8))
        read(
            Array((#"{"bomFormat":"CycloneDX","components":["# + String(repeating: "{},", count: 50_000) + "{}]}").utf8)
        )
    }
}
