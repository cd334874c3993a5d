import Bytes
import ScanModel
import TallymanTesting
import Testing

@testable import Catalogers

@Suite("Crates in programs")
struct RustBinaryTests {
    // The form of cargo-auditable's PARSING.md.
    private static let json = """
        {"packages":[{"name":"adler","version":"0.2.3","source":"registry"},
        {"name":"cc","version":"1.0","source":"registry","kind":"build"},
        {"name":"app","version":"0.1.0","source":"local","dependencies":[0,1],"root":true,"kind":"runtime"},
        {"name":"odd","version":7}],"format":3}
        """

    private func read(_ bytes: [UInt8]) -> CatalogedFile {
        RustBinaryCataloger().catalog(EvidenceFile(path: LayerPath("usr/bin/app"), bytes: FileBytes(bytes)))
    }

    @Test("What was linked in is listed, what only built it is not")
    func runtime() {
        let found = read(ELFBuilder.file(section: ".dep-v0", ZlibBuilder.stream(Array(Self.json.utf8))))
        #expect(found.names == ["adler 0.2.3", "app 0.1.0"])
        #expect(found.packages.allSatisfy { $0.package.type.rawValue == "rust-crate" })
        #expect(found.problems == ["1 records without a sound name and version"])
    }

    @Test("Other programs say nothing, and a damaged section is a problem")
    func damaged() {
        let stream = ZlibBuilder.stream(Array(Self.json.utf8))
        for bytes in [[], Array("MZ".utf8), ELFBuilder.file(section: ".text", stream)] {
            #expect(read(bytes).names == [])
            #expect(read(bytes).problems == [])
        }
        for content in [Array(stream.dropLast(20)), Array("{}".utf8), ZlibBuilder.stream(Array("[".utf8))] {
            let found = read(ELFBuilder.file(section: ".dep-v0", content))
            #expect(found.names == [])
            #expect(found.problems.count == 1)
        }
    }

    @Test("An inflating section is stopped")
    func bomb() {
        let found = read(
            ELFBuilder.file(section: ".dep-v0", ZlibBuilder.stream([UInt8](repeating: 32, count: 9 << 20)))
        )
        #expect(found.names == [])
        #expect(found.problems.count == 1)
    }
}

@Suite(".NET programs")
struct DotnetDepsTests {
    private func read(_ json: String) throws -> CatalogedFile { try catalog("app/Web.deps.json", json) }

    @Test("Packages, projects and runtime packs are in a program, reference assemblies are not")
    func libraries() throws {
        let found = try read(
            """
            {"runtimeTarget":{"name":".NETCoreApp,Version=v8.0/linux-x64"},"libraries":{
            "Web/1.0.0":{"type":"project"},"Newtonsoft.Json/13.0.1":{"type":"package"},"Data/2.0":{"type":"Project"},
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.0":{"type":"runtimepack"},
            "System.Old.Reference/4.0.0.0":{"type":"referenceassembly"},"NoVersion":{"type":"package"},"Odd/1":5}}
            """
        )
        #expect(
            found.names == [
                "Data 2.0", "Newtonsoft.Json 13.0.1", "Odd 1", "Web 1.0.0",
                "Microsoft.NETCore.App.Runtime.linux-x64 8.0.0",
            ]
        )
        #expect(found.problems == ["1 records without a sound name and version"])
    }

    // As the SDK publishes for .NET 6 what was built with packages of .NET Core 1.
    private static let replaced = """
        {"runtimeTarget":{"name":".NETCoreApp,Version=v6.0/linux-x64"},"targets":{".NETCoreApp,Version=v6.0/linux-x64":{
        "Web/1.0.0":{"dependencies":{"System.Net.Http":"4.3.0"}},
        "Libuv/1.9.1":{"runtimeTargets":{"runtimes/debian-x64/native/libuv.so":{"assetType":"native"}}},
        "System.Net.Http/4.3.0":{"dependencies":{"NETStandard.Library":"1.6.0"}},"NETStandard.Library/1.6.0":{},
        "System.Diagnostics.DiagnosticSource/6.0.0":{},"runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/5.0.0":{},
        "Odd/x":{},"NoObject/1.0.0":5}},"libraries":{
        "Web/1.0.0":{"type":"project"},"Libuv/1.9.1":{"type":"package"},"System.Net.Http/4.3.0":{"type":"package"},
        "NETStandard.Library/1.6.0":{"type":"package"},"System.Diagnostics.DiagnosticSource/6.0.0":{"type":"package"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/5.0.0":{"type":"runtimepack"},"Odd/x":{"type":"package"},
        "NoObject/1.0.0":{"type":"package"},"Elsewhere/1.0.0":{"type":"package"}}}
        """

    @Test("A package without files that is older than the framework is not in the program: the framework's own is")
    func frameworkReplaces() throws {
        #expect(
            try read(Self.replaced).names == [
                "Elsewhere 1.0.0", "Libuv 1.9.1", "NoObject 1.0.0", "Odd x",
                "System.Diagnostics.DiagnosticSource 6.0.0", "Web 1.0.0",
                "Microsoft.NETCore.App.Runtime.linux-x64 5.0.0",
            ]
        )
    }

    @Test("Packages without files are listed where another framework or none is named, or assemblies were put together")
    func frameworkUnknown() throws {
        for json in [
            Self.replaced.replacing("NETCoreApp", with: "NETStandard"),
            Self.replaced.replacing("runtimeTarget\"", with: "target\""),
            Self.replaced.replacing("Libuv/1.9.1", with: "ILRepack.Lib/1.9.1"),
        ] {
            #expect(try read(json).names.contains("System.Net.Http 4.3.0"))
        }
    }

    @Test("A file without libraries says nothing; one that is no JSON is a problem")
    func empty() throws {
        for json in ["{}", "[]", "null", #"{"libraries":[]}"#] { #expect(try read(json).names == []) }
        for json in ["", "{", #"{"libraries":"#] { #expect(try read(json).problems.count == 1) }
    }

    @Test("Deep nesting is a problem and not a crash")
    func deep() throws {
        for depth in [101, 100_000] {
            let json = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(try read(json).problems.count == 1)
        }
        let strings = #"{"x":""# + String(repeating: "[", count: 1000) + #"","libraries":{"a/1":{}}}"#
        #expect(try read(strings).names == ["a 1"])
    }
}

@Suite("Libraries that a .NET program serves")
struct LibManTests {
    @Test("Libraries of content networks are packages of npm, by npm's names")
    func libraries() throws {
        let found = try catalog(
            "app/libman.json",
            """
            {"version":"1.0","defaultProvider":"cdnjs", // a comment
            "libraries":[{"library":"jquery@3.6.0","destination":"wwwroot/lib/jquery","files":["jquery.min.js"]},
            {"library":"twitter-bootstrap@4.6.0"},{"provider":"unpkg","library":"twitter-bootstrap@2.1.1"},
            {"provider":"jsdelivr","library":"@microsoft/signalr@8.0.0-rc.1"},
            {"provider":"jsdelivr","library":"jquery/jquery@3.6.4"},{"provider":"filesystem","library":"c:/lib@1"},
            {"library":"socket.io@4.5.0"},{"provider":"unpkg","library":"socket.io@4.5.1"},{"library":"prism@1.29.0"},
            {"library":"vue@latest"},{"library":"@3"},{"library":"bare"},{"library":7},5]}
            """
        )
        #expect(
            found.names == [
                "jquery 3.6.0", "bootstrap 4.6.0", "twitter-bootstrap 2.1.1", "@microsoft/signalr 8.0.0-rc.1",
                "socket.io-client 4.5.0", "socket.io 4.5.1", "prismjs 1.29.0",
            ]
        )
        #expect(found.packages.allSatisfy { $0.package.type == .npm })
        #expect(found.problems == [])
    }

    @Test("A list without a provider names nothing, and one that is no JSON is a problem")
    func others() throws {
        for text in ["{}", "[]", #"{"libraries":[{"library":"a@1"}]}"#] {
            #expect(try catalog("libman.json", text).names == [])
            #expect(try catalog("libman.json", text).problems == [])
        }
        #expect(try catalog("libman.json", "{").problems.count == 1)
    }
}

@Suite(".NET programs that are one file")
struct DotnetBundleTests {
    private static let json = """
        {"targets":{"t":{"Serilog/2.10.0":{"runtime":{"lib/net6.0/Serilog.dll":{}}},
        "SQLite/1.0.0":{"native":{"runtimes/linux-x64/native/libe_sqlite3.so":{}}}}},"libraries":{
        "Web/1.0.0":{"type":"project"},"Serilog/2.10.0":{"type":"package"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.0":{"type":"runtimepack"}}}
        """

    private func read(_ bytes: [UInt8]) -> CatalogedFile {
        DotnetBundleCataloger().catalog(EvidenceFile(path: LayerPath("app/Web"), bytes: FileBytes(bytes)))
    }

    @Test("What the deps.json in the file lists is in the program", arguments: [1, 2, 6] as [UInt32])
    func bundled(manifest: UInt32) {
        let found = read(ElfFile.dotnetBundle(Array(Self.json.utf8), manifest: manifest))
        let expected = ["Serilog 2.10.0", "Web 1.0.0", "Microsoft.NETCore.App.Runtime.linux-x64 8.0.0"]
        #expect(found.names == expected)
        #expect(found.packages.allSatisfy { $0.package.type.rawValue == "dotnet" })
        // Not the assemblies: what stands beside the program under their names is something else.
        let beside = ["app/libe_sqlite3.so", "app/runtimes/linux-x64/native/libe_sqlite3.so"].map { LayerPath($0) }
        #expect(found.ownerships == [Ownership(owner: "SQLite", paths: beside)])
        #expect(found.problems == [])
    }

    @Test("A program is asked by whatever name it has")
    func selected() {
        let found = catalogProgram("usr/bin/web", ElfFile.dotnetBundle(Array(Self.json.utf8)))
        #expect(found.flatMap(\.names).contains("Serilog 2.10.0"))
    }

    @Test("Other programs, hosts that were not published and bundles without a deps.json say nothing")
    func others() {
        var host = ElfFile.dotnetBundle(Array(Self.json.utf8))
        // The offset of the manifest is the first that stands behind the headers.
        host.replaceSubrange(120..<128, with: [UInt8](repeating: 0, count: 8))
        for bytes in [[], Array("MZ".utf8), host, ElfFile.dotnetBundle([])] {
            #expect(read(bytes).names == [])
            #expect(read(bytes).problems == [])
        }
    }

    @Test("Not as many files are gone through as a manifest claims to have")
    func manyFiles() throws {
        var bytes = ElfFile.dotnetBundle(Array(Self.json.utf8), manifest: 1)
        let count = Int(try #require(FileBytes(bytes).integer(at: 120, as: Int64.self))) + 8
        bytes.replaceSubrange(count..<count + 4, with: [0xff, 0xff, 0xff, 0x7f])
        #expect(read(bytes).names == [])
        #expect(read(bytes).problems == ["the .NET bundle cannot be read: a manifest of 2147483647 files"])
    }

    @Test("A manifest or list that leaves the file, or is none, is a problem")
    func damaged() {
        var astray = ElfFile.dotnetBundle(Array(Self.json.utf8))
        astray.replaceSubrange(120..<128, with: [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
        let broken = ([1, 6] as [UInt32]).map { ElfFile.dotnetBundle(Array("{".utf8), manifest: $0) }
        for bytes in [astray] + broken {
            #expect(read(bytes).names == [])
            #expect(read(bytes).problems.count == 1)
        }
    }
}

@Suite("Java programs compiled ahead of time")
struct NativeImageTests {
    private static let json = """
        {"bomFormat":"CycloneDX","specVersion":"1.5","components":[
        {"type":"library","group":"io.netty","name":"netty-codec-http2","version":"4.1.104.Final",
        "purl":"pkg:maven/io.netty/netty-codec-http2@4.1.104.Final","licenses":[{"license":{"id":"Apache-2.0"}}]},
        {"type":"library","name":"basic-lib","version":"1.0"},
        {"type":"library","name":"other","version":"2","purl":"pkg:generic/other@2"},
        {"type":"library","group":"g","name":"none"}]}
        """

    private func read(_ bytes: [UInt8]) -> CatalogedFile {
        NativeImageCataloger().catalog(EvidenceFile(path: LayerPath("app/server"), bytes: FileBytes(bytes)))
    }

    @Test("The libraries of the program's bill of materials are Java archives")
    func components() {
        let found = read(ElfFile.nativeImage(GzipBuilder.member(Array(Self.json.utf8))))
        #expect(
            found.packages.map(\.package) == [
                Package(
                    type: .java,
                    name: "netty-codec-http2",
                    version: "4.1.104.Final",
                    licenses: ["Apache-2.0"],
                    group: "io.netty"
                ),
                Package(type: .java, name: "basic-lib", version: "1.0"),
            ]
        )
        #expect(found.problems == ["1 records without a sound name and version"])
    }

    @Test("A program is asked by whatever name it has")
    func selected() {
        let found = catalogProgram("usr/bin/x", ElfFile.nativeImage(GzipBuilder.member(Array(Self.json.utf8))))
        #expect(found.flatMap(\.names).contains("netty-codec-http2 4.1.104.Final"))
    }

    @Test("Other programs say nothing, and a damaged bill is a problem")
    func damaged() {
        for bytes in [[], Array("MZ".utf8), ElfFile().bytes, ElfFile.nativeImage(Array(Self.json.utf8))] {
            #expect(read(bytes).names == [])
            #expect(read(bytes).problems == [])
        }
        let member = GzipBuilder.member(Array(Self.json.utf8))
        for bill in [Array(member.dropLast(20)), GzipBuilder.member(Array("{".utf8))] {
            #expect(read(ElfFile.nativeImage(bill)).names == [])
            #expect(read(ElfFile.nativeImage(bill)).problems.count == 1)
        }
    }
}
