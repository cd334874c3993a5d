import Bytes
import Catalogers
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

@Suite("Version resources of Windows' programs and libraries")
struct PETests {
    private func found(_ path: String, _ file: PEBuilder) -> [String] {
        catalogProgram(path, file.bytes).flatMap(\.packages).map {
            "\($0.package.type.rawValue) \($0.package.name) \($0.package.version)"
        }
    }

    /// The texts are those of published files; the rules are Syft's.
    @Test(
        "An assembly is its product, in the version that tells more",
        arguments: [
            (
                ["ProductName": "Serilog", "ProductVersion": "2.10.0+abc", "FileVersion": "2.10.0.0"],
                "Serilog 2.10.0.0"
            ),
            (
                ["ProductName": "Json.NET", "ProductVersion": "13.0.1+1f", "FileVersion": "13.0.1.25517"],
                "Json.NET 13.0.1.25517"
            ),
            (["ProductName": "A", "ProductVersion": "4.0.0", "FileVersion": "3.9"], "A 4.0.0"),
            (["FileDescription": "Humanizer (net6.0)", "FileVersion": "2.14.1"], "Humanizer 2.14.1"),
            (["ProductName": "B", "ProductVersion": "1.2.3 built by x", "FileVersion": "no"], "B 1.2.3"),
            (
                [
                    "CompanyName": "Microsoft Corporation", "ProductName": "Microsoft® .NET",
                    "FileDescription": "System.Text.Json", "ProductVersion": "8.0.5+087e",
                    "FileVersion": "8.0.524.21615",
                ], "System.Text.Json 8.0.5"
            ),
        ]
    )
    func assemblies(strings: [String: String], expected: String) {
        let file = PEBuilder(strings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, isManaged: true)
        #expect(found("app/a.dll", file) == ["dotnet " + expected])
        #expect(found("app/A.DLL", file) == ["dotnet " + expected])
    }

    @Test("Other software is a binary of that name; without any version it is nothing")
    func others() {
        var file = PEBuilder([
            ("ProductName", "GPL Ghostscript"), ("FileDescription", "x"), ("ProductVersion", "10.01"),
        ])
        #expect(found("app/gsdll64.dll", file) == ["binary GPL Ghostscript 10.01"])
        #expect(found("app/readme.txt", file) == [])
        file.strings = []
        #expect(found("app/tool.exe", file) == [])
        file.fixedVersion = [4, 1, 70_00, 3]
        #expect(found("app/tool.exe", file) == ["binary tool 4.1.7000.3"])
    }

    @Test("What a deps.json lists is not reported again from the assemblies that it names")
    func listed() throws {
        let deps = """
            {"targets":{"net6.0":{"Serilog/2.10.0":{"runtime":{"lib/net6.0/Serilog.dll":{}},
            "resources":{"lib/net6.0/de/Serilog.resources.dll":{"locale":"de"}}}}},
            "libraries":{"Serilog/2.10.0":{"type":"package"}}}
            """
        let serilog = PEBuilder([("ProductName", "Serilog"), ("ProductVersion", "2.10.0.0")], isManaged: true).bytes
        var tar = TarBuilder()
        tar.file("app/app.deps.json", deps)
        tar.file("app/Serilog.dll", serilog)
        tar.file("app/de/Serilog.resources.dll", serilog)
        tar.file("opt/Serilog.dll", serilog)
        let inventory = InventoryFold.fold([try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil)])
        #expect(inventory.packages.map(\.package.version) == ["2.10.0", "2.10.0.0"])
        #expect(inventory.packages.last?.paths == ["/opt/Serilog.dll"])
    }

    @Test("Truncated and changed files give packages or nothing, never a trap, and no string is read without end")
    func hostile() {
        let bytes = PEBuilder([("ProductName", "A"), ("ProductVersion", "1.0"), ("x", "y")], isManaged: true).bytes
        for length in 2..<bytes.count { _ = catalogProgram("a.dll", Array(bytes[..<length])) }
        var random = SeededRandom(seed: 11)
        for _ in 0..<3000 {
            var copy = bytes
            for _ in 0...random.below(4) {
                copy[2 + random.below(copy.count - 2)] = random.oneIn(3) ? 0xff : UInt8(random.below(256))
            }
            _ = catalogProgram("a.dll", copy)
        }
    }
}
