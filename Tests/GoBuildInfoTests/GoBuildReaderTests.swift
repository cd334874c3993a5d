import Bytes
import GoBuildInfo
import Testing

@Suite("Go build information") struct GoBuildReaderTests {
    private static let text = """
        path\texample.org/tool/cmd/tool
        mod\texample.org/tool\tv1.4.0\th1:main=
        dep\texample.org/a\tv1.0.0\th1:a=
        dep\texample.org/b\tv1.1.0
        =>\texample.org/fork\tv1.2.0\th1:fork=
        dep\texample.org/c\tv2.0.0
        =>\t./third_party/c\t
        build\t-compiler=gc
        build\t-ldflags="-X 'main.v=a b' -s"
        build\tGOARCH=arm64

        """

    private func read(_ text: String, version: String = "go1.22.1") throws -> GoBuild {
        let bytes = ExecutableBuilder.wrap(ExecutableBuilder.inline(version, text), in: .elf64)
        return try #require(try GoBuildReader.read(FileBytes(bytes)))
    }

    private func check(_ build: GoBuild?) {
        #expect(build?.goVersion == "go1.22.1")
        #expect(build?.mainPath == "example.org/tool/cmd/tool")
        #expect(build?.main == GoModule(path: "example.org/tool", version: "v1.4.0", sum: "h1:main="))
        #expect(build?.mainVersion == "v1.4.0")
        #expect(
            build?.dependencies == [
                GoModule(path: "example.org/a", version: "v1.0.0", sum: "h1:a="),
                GoModule(
                    path: "example.org/fork",
                    version: "v1.2.0",
                    sum: "h1:fork=",
                    replaces: GoModuleReference(path: "example.org/b", version: "v1.1.0")
                ),
                GoModule(
                    path: "example.org/c",
                    version: "",
                    replaces: GoModuleReference(path: "example.org/c", version: "v2.0.0")
                ),
            ]
        )
        #expect(
            build?.settings == ["-compiler": "gc", "-ldflags": "-X 'main.v=a b' -s", "GOARCH": "arm64"]
        )
        #expect(build?.problems.isEmpty == true)
    }

    @Test("Inline strings are read from every container", arguments: ExecutableBuilder.Container.allCases)
    func inline(container: ExecutableBuilder.Container) throws {
        let bytes = ExecutableBuilder.wrap(ExecutableBuilder.inline("go1.22.1", Self.text), in: container)
        check(try GoBuildReader.read(FileBytes(bytes)))
    }

    @Test("Strings behind pointers are read from every container", arguments: ExecutableBuilder.Container.allCases)
    func pointers(container: ExecutableBuilder.Container) throws {
        let data = ExecutableBuilder.pointers("go1.22.1", Self.text, in: container)
        check(try GoBuildReader.read(FileBytes(ExecutableBuilder.wrap(data, in: container))))
    }

    @Test("A header that is not aligned is no header; the next one is found")
    func alignment() throws {
        let header = ExecutableBuilder.inline("go1.22.1", Self.text)
        let data = [1, 2, 3] + header.prefix(14) + Array(repeating: 0, count: 15) + header
        let bytes = ExecutableBuilder.wrap(data, in: .elf64NoSections)
        check(try GoBuildReader.read(FileBytes(bytes)))
    }

    @Test(
        "Experiments and the rest of a toolchain's name are set apart",
        arguments: [
            ("go1.20.12 X:strictfipsruntime,boringcrypto", "go1.20.12", ["strictfipsruntime", "boringcrypto"]),
            ("devel go1.24-0a1b2c3 Mon Jan 1", "go1.24-0a1b2c3", []),
            ("devel +0a1b2c3", "devel", []),
        ]
    )
    func toolchain(text: String, version: String, experiments: [String]) throws {
        let build = try read("path\tx\n", version: text)
        #expect(build.goVersion == version)
        #expect(build.experiments == experiments)
    }

    @Test("A program built without modules has the version of its toolchain alone")
    func noModules() throws {
        let build = try read("")
        #expect(build.main == nil)
        #expect(build.mainVersion == nil)
        #expect(build.dependencies.isEmpty)
    }

    @Test("Without a main module the only dependency under development is it, or else the path")
    func missingMain() throws {
        let one = try read(
            "path\tcommand-line-arguments\ndep\texample.org/m\t(devel)\t\ndep\texample.org/a\tv1.0.0\t\n"
        )
        #expect(one.main?.path == "example.org/m")
        #expect(one.dependencies.map(\.path) == ["example.org/a"])
        let none = try read("path\texample.org/cmd\ndep\texample.org/a\tv1.0.0\t\n")
        #expect(none.main == GoModule(path: "example.org/cmd", version: "(devel)"))
        #expect(none.mainVersion == "(devel)")
    }

    @Test(
        "Other files have no build information",
        arguments: [
            [], [0x7f], Array("#!/bin/sh\n".utf8), [0x7f, 0x45, 0x4c, 0x46], [0x4d, 0x5a],
            // The beginning of a Java class file of version 52.
            [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52],
        ] as [[UInt8]]
    )
    func others(bytes: [UInt8]) throws {
        #expect(try GoBuildReader.read(FileBytes(bytes)) == nil)
    }
}

@Suite("Versions of main modules") struct MainModuleVersionTests {
    @Test(
        "Linker flags give the version",
        arguments: [
            ("-X main.version=1.2.3", "v1.2.3"),
            ("-s -w -X 'main.Version=v1.2.3-rc.1' -X main.date=x", "v1.2.3-rc.1"),
            ("-X main.version=v1.2.3-rc.1+meta", "v1.2.3-rc.1"),
            ("-X main.version=1.2.3.4", "v1.2.3"),
            ("-X main.version=2024.01", "v2024.01"),
            ("-X 'main.version=2024.01'", "v2024.01"),
            ("-X main.version=10.x", "(devel)"),
            ("-X main.version=1.2-dev", "(devel)"),
            ("-X main.version=1.", "(devel)"),
            ("-X=example.org/tool/internal/build.gitVersion=v0.9.1+ds1", "v0.9.1"),
            ("-X example.org/tool/x.GitTag=release/v2.0.0", "v2.0.0"),
            ("-X main.BuildVer=3.4.5", "v3.4.5"),
            ("-X example.org/other/x.version=1.2.3", "(devel)"),
            ("-X main.version=20240131", "(devel)"),
            ("-X main.versions=1.2.3", "(devel)"),
            ("-X domain.version=1.2.3", "(devel)"),
            ("-X example.org/tool.Version=1.2.3", "v1.2.3"),
            (#"\"-X=main.version=1.2.3\""#, "v1.2.3"),
            // Other modules whose path holds this one's, what it has copied, and packages that are only called like main.
            ("-X example.com/fork/example.org/tool/x.Version=1.2.3", "(devel)"),
            ("-X sub.example.org/tool/x.Version=1.2.3", "(devel)"),
            ("-X example.org/tool-box/x.Version=1.2.3", "(devel)"),
            ("-X example.org/tool/vendor/example.com/x.Version=1.2.3", "(devel)"),
            ("-X example.com/my-main.Version=1.2.3", "(devel)"),
            ("=.=.=", "(devel)"),
            ("", "(devel)"),
        ]
    )
    func linkerFlags(flags: String, version: String) throws {
        let text = "path\tx\nmod\texample.org/tool\t(devel)\t\nbuild\t-ldflags=\(flags)\n"
        #expect(try mainVersion(text) == version)
    }

    @Test(
        "A library's variable that is there for the program's version gives it",
        arguments: [
            ("-X github.com/prometheus/common/version.Version=1.8.2", "v1.8.2"),
            ("-X 'k8s.io/component-base/version.gitVersion=v1.30.3'", "v1.30.3"),
            ("-X=k8s.io/client-go/pkg/version.gitVersion=v1.30.3", "v1.30.3"),
            // As Debian builds kubectl, without modules.
            ("-s -X 'k8s.io/kubernetes/vendor/k8s.io/component-base/version.gitVersion=v1.20.2'", "v1.20.2"),
            (
                "-X k8s.io/component-base/version.gitVersion=v1.30.3 -X k8s.io/client-go/pkg/version.gitVersion=v1.30.3",
                "v1.30.3"
            ),
            // The program's own variable counts more, and tells that the other is about a part where it has no number.
            ("-X k8s.io/component-base/version.gitVersion=v1.30.3 -X main.version=1.2.3", "v1.2.3"),
            ("-X k8s.io/component-base/version.gitVersion=v1.30.3 -X main.version=dev", "(devel)"),
            (
                "-X k8s.io/component-base/version.gitVersion=v1.30.3 -X example.org/tool/x.versionFromGit=4.16.0-abc",
                "(devel)"
            ),
            ("-X github.com/prometheus/common/version.Version=1.8.2 -X main.goVersion=go1.22.1", "v1.8.2"),
            // Two versions: which one is the program's?
            (
                "-X k8s.io/component-base/version.gitVersion=v1.30.3 -X k8s.io/client-go/pkg/version.gitVersion=v1.29.1",
                "(devel)"
            ),
            // Other variables of these libraries, and libraries' own versions.
            ("-X k8s.io/component-base/version.gitMajor=1.30", "(devel)"),
            ("-X github.com/prometheus/common/version.GoVersion=1.22.1", "(devel)"),
            ("-X example.org/k8s.io/component-base/version.gitVersion=v1.30.3", "(devel)"),
            ("-X github.com/prometheus/common/version.Version=unknown", "(devel)"),
        ]
    )
    func sharedVariables(flags: String, version: String) throws {
        let text = "path\tx\nmod\texample.org/tool\t(devel)\t\nbuild\t-ldflags=\(flags)\n"
        #expect(try mainVersion(text) == version)
    }

    @Test("A program built without modules has the version that its vendored libraries were told")
    func vendored() throws {
        let flags = "-X 'k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version.gitVersion=v1.20.2'"
        let text = "path\tk8s.io/kubernetes/cmd/kubectl\nbuild\t-ldflags=\"-s -w \(flags)\"\n"
        #expect(try mainVersion(text) == "v1.20.2")
    }

    @Test(
        "A program built without modules has the version that its own packages were told, beside the main one too",
        arguments: [
            // As Docker builds its client.
            (#"-X \"github.com/docker/cli/cli/version.Version=28.2.2\" -extldflags -static"#, "v28.2.2"),
            ("-X github.com/docker/cli/vendor/example.org/x.Version=1.2.3", "(devel)"),
            ("-X github.com/docker/cli-tools/version.Version=1.2.3", "(devel)"),
        ]
    )
    func withoutModules(flags: String, version: String) throws {
        let text = "path\tgithub.com/docker/cli/cmd/docker\nbuild\t-ldflags=\"\(flags)\"\n"
        #expect(try mainVersion(text) == version)
    }

    @Test("A path without a repository before its commands makes nobody's variables its own")
    func withoutRepository() throws {
        for path in ["github.com/cmd/tool", "app/cmd/tool", "/cmd/tool"] {
            let text = "path\t\(path)\nbuild\t-ldflags=\"-X github.com/x/webapp/lib.Version=1.2.3\"\n"
            #expect(try mainVersion(text) == "(devel)")
        }
    }

    @Test(
        "A revision and its time give a pseudo-version",
        arguments: [
            ("2024-01-31T12:00:01Z", "v0.0.0-20240131120001-0123456789ab"),
            ("yesterday", "v0.0.0-00010101000000-0123456789ab"),
        ]
    )
    func pseudoVersion(time: String, version: String) throws {
        let revision = "0123456789abcdef0123456789abcdef01234567"
        let text = "path\tx\nmod\tx\t(devel)\t\nbuild\tvcs.revision=\(revision)\nbuild\tvcs.time=\(time)\n"
        #expect(try mainVersion(text) == version)
    }

    @Test("Linker flags of absurd form are passed over quickly")
    func hostileFlags() throws {
        for flags in [
            String(repeating: "=", count: 60_000), String(repeating: "main.version=/", count: 280),
            String(repeating: "main.version=/ ", count: 4000), String(repeating: "x", count: 1 << 20),
        ] {
            #expect(try mainVersion("path\tx\nmod\tx\t(devel)\t\nbuild\t-ldflags=\(flags)\n") == "(devel)")
        }
    }

    @Test("A known version is kept")
    func known() throws {
        #expect(try mainVersion("path\tx\nmod\tx\tv1.0.0\t\nbuild\t-ldflags=\"-X main.version=9.9.9\"\n") == "v1.0.0")
    }

    private func mainVersion(_ text: String) throws -> String? {
        let bytes = ExecutableBuilder.wrap(ExecutableBuilder.inline("go1.22.1", text), in: .elf64)
        return try GoBuildReader.read(FileBytes(bytes))?.mainVersion
    }
}
