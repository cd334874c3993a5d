import Foundation
import Glibc
import TallymanTesting
import Testing

/// What is said where a file that the user named cannot be read or written.
@Suite("A file that the user names", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
struct UserFileTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        _ = try folder.write("pkg:pypi/flask@2.0\n", to: "purls")
        _ = try folder.write("a file", to: "file")
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "folder"),
            withIntermediateDirectories: false
        )
    }

    private func expect(_ arguments: [String], path: String, says cause: String) async throws {
        let run = try await ProgramRun(arguments, in: folder)
        #expect(run.status == 65, "\(arguments): \(run.errors)")
        #expect(run.errors.contains(path) && run.errors.contains(cause), "\(arguments): \(run.errors)")
        for word in ["Cocoa", "Domain", "NS", "Foundation"] { #expect(!run.errors.contains(word), "\(run.errors)") }
    }

    @Test(
        "is told of with its path and the cause where a result cannot go there",
        arguments: [
            ("missing/out.json", "No such file or directory"), ("folder", "Is a directory"),
            ("file/out.json", "Not a directory"), ("/dev/full", "No space left on device"),
        ]
    )
    func results(_ path: String, _ cause: String) async throws {
        try await expect(["scan", "purls:purls", "-o", "json=\(path)"], path: path, says: cause)
    }

    @Test(
        "is told of where it is standard output, which takes nothing",
        arguments: [
            (">/dev/full", "No space left on device; make room, or name another place"), (">&-", "Bad file descriptor"),
        ]
    )
    func standardOutput(_ redirection: String, _ cause: String) async throws {
        let run = try await ProgramRun(
            ["sbom", "purls:purls", "-o", "json"],
            in: folder,
            shell: #"exec "$0" "$@" "# + redirection
        )
        #expect(run.status == 65 && run.output.isEmpty)
        #expect(run.errors == "tallyman: standard output cannot be written: \(cause)\n")
    }

    @Test("is never replaced by the result of reading it", arguments: ["purls", "./folder/../purls", "link"])
    func replacingTheSource(_ path: String) async throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.url.appending(path: "link").path,
            withDestinationPath: "purls"
        )
        for command in ["scan", "sbom"] {
            let run = try await ProgramRun([command, "purls:purls", "-o", "json=\(path)"], in: folder)
            #expect(run.status == 64 && run.errors.contains("would replace what is read"), "\(run.errors)")
        }
        #expect(try folder.text("purls") == "pkg:pypi/flask@2.0\n")
    }

    @Test(
        "is never replaced by the result that it has a part in",
        arguments: [
            ["--vex", "in.json"], ["--vex", "folder"], ["--exceptions", "in.json"], ["--policy", "in.json"],
            ["--profile", "cis-docker", "--dockerfile", "in.json"], ["--secret-rules", "in.json"],
            ["--advisories", "in.json"],
        ]
    )
    func replacingAnInput(_ options: [String]) async throws {
        let input = options.contains("folder") ? "folder/in.json" : "in.json"
        _ = try folder.write("mine", to: input)
        let run = try await ProgramRun(["scan", "purls:purls"] + options + ["-o", "json=./\(input)"], in: folder)
        #expect(run.status == 64 && run.errors.contains("would replace what is read"), "\(run.errors)")
        #expect(try folder.text(input) == "mine")
    }

    @Test("takes no two results, under whatever names", arguments: ["out", "./out", "folder/../out", "link"])
    func twoResults(_ other: String) async throws {
        _ = try folder.write("mine", to: "out")
        try FileManager.default.createSymbolicLink(
            atPath: folder.url.appending(path: "link").path,
            withDestinationPath: "out"
        )
        let run = try await ProgramRun(["scan", "purls:purls", "-o", "json=out", "-o", "sarif=\(other)"], in: folder)
        #expect(run.status == 64 && run.errors.contains("two results would go to one file"), "\(run.errors)")
        #expect(try folder.text("out") == "mine")
        let both = ["-o", "json=new", "-o", "sarif=folder/../new"]
        let missing = try await ProgramRun(["scan", "purls:purls"] + both, in: folder)
        #expect(missing.status == 64, "\(missing.errors)")
    }

    // A terminal is both standard input and standard output.
    @Test("may be a device that is read and written")
    func oneDevice() async throws {
        let run = try await ProgramRun(["scan", "purls:/dev/null", "-o", "json=/dev/null"], in: folder)
        // That it is no file to read is another matter.
        #expect(run.status == 65 && !run.errors.contains("would replace"), "\(run.errors)")
    }

    @Test("may be replaced where it lies beside what is read", arguments: ["folder/new.json", "folder/old.sarif"])
    func resultsBesideInputs(_ path: String) async throws {
        _ = try folder.write("old", to: "folder/old.sarif")
        _ = try folder.write(
            #"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://x.test/1","author":"a","#
                + #""timestamp":"2026-01-02T03:04:05Z","version":1,"statements":[]}"#,
            to: "folder/vendor.json"
        )
        let run = try await ProgramRun(["scan", "purls:purls", "--vex", "folder", "-o", "json=\(path)"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try folder.text(path).contains("tallyman.scan"))
    }

    @Test("is not told of where it is standard output and its reader has gone")
    func readerGone() async throws {
        let run = try await ProgramRun(
            ["sbom", "purls:purls", "-o", "json"],
            in: folder,
            shell: #"{ "$0" "$@"; echo "$?" >status; } | exec 0<&-"#
        )
        #expect(try folder.text("status") == "0\n" && run.errors.isEmpty)
    }

    @Test("is told of where it is a feed that becomes shorter while it is read")
    func shrinkingFeed() async throws {
        let feed = try folder.write("[", to: "feed.json")
        // Holes: they take no room, and much longer to read than the next look at the lock does.
        try #require(truncate(feed, 512 << 20) == 0)
        let lock = folder.url.appending(path: "a.sqlite.lock").path
        let run = try await ProgramRun(
            ["advisories", "import", "feed.json", "--advisories", "a.sqlite"],
            in: folder,
            interruptedWhen: {
                if FileManager.default.fileExists(atPath: lock) { _ = truncate(feed, 1) }
                return false
            }
        )
        // It may be found short before it is read, or at once when it is.
        #expect(run.status == 65 && run.errors.hasPrefix("tallyman: "), "\(run.status): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }

    @Test("is told of where there is no room for the advisory file, which stays as it was")
    func fullDisk() async throws {
        let feed = "cve,epss,percentile\nCVE-2024-1,0.5,0.75\n"
        _ = try folder.write(feed, to: "epss.csv")
        let arguments = ["advisories", "import", "epss.csv", "--advisories"]
        let full = #"trap '' XFSZ; ulimit -f 8; exec "$0" "$@""#
        #expect(try await ProgramRun(arguments + ["a.sqlite"], in: folder).status == 0)
        let before = try Data(contentsOf: folder.url.appending(path: "a.sqlite"))
        _ = try folder.write(feed + "CVE-2024-2,0.5,0.75\n", to: "epss.csv")
        let run = try await ProgramRun(arguments + ["a.sqlite"], in: folder, shell: full)
        #expect(run.status == 65 && run.errors.hasPrefix("tallyman: a.sqlite"), "\(run.errors)")
        #expect(try Data(contentsOf: folder.url.appending(path: "a.sqlite")) == before)
        let first = try await ProgramRun(arguments + ["b.sqlite"], in: folder, shell: full)
        let told = "tallyman: b.sqlite: a new one cannot be written beside it"
        #expect(first.status == 65 && first.errors.hasPrefix(told), "\(first.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(!names.contains { $0.contains(".new.") } && !names.contains("b.sqlite"))
    }

    @Test(
        "is told of with its path and the cause where it is asked for",
        arguments: ["--policy", "--exceptions", "--vex", "--secret-rules"]
    )
    func reading(_ option: String) async throws {
        try await expect(
            ["scan", "purls:purls", option, "missing"],
            path: "missing",
            says: "No such file or directory"
        )
    }

    @Test(
        "is told of where it lists no target, or what is none: neither is a scan of the whole fleet",
        arguments: [
            ("a.example\r\n\n  a.example/app # ours\nno target\n", "targets, line 4: no target is not a registry"),
            ("# none yet\n\n", "targets lists no target"), ("", "targets lists no target"),
        ]
    )
    func targets(_ text: String, _ cause: String) async throws {
        _ = try folder.write(text, to: "targets")
        let run = try await ProgramRun(
            ["fleet", "scan", "--targets", "targets"],
            in: folder,
            environment: ["TALLYMAN_POSTGRES": "postgres://u@127.0.0.1:1/db"]
        )
        #expect(run.status == 65 && run.errors.contains(cause), "\(run.errors)")
    }

    @Test("may be one that this user may not touch", .enabled(if: geteuid() != 0, "root may all"))
    func denied() async throws {
        let closed = folder.url.appending(path: "folder").path
        try #require(chmod(closed, 0o500) == 0)
        try await expect(
            ["scan", "purls:purls", "-o", "json=folder/out.json"],
            path: "folder/out.json",
            says: "Permission denied; let this user write there"
        )
        let secret = try folder.write("exceptions: []", to: "secret.yaml")
        try #require(chmod(secret, 0) == 0)
        try await expect(
            ["scan", "purls:purls", "--exceptions", "secret.yaml"],
            path: "secret.yaml",
            says: "Permission denied; let this user read it"
        )
        try #require(chmod(closed, 0o700) == 0)
    }
}

extension FleetTests {
    @Suite("The folder of a report", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
    struct ReportFolderTests {
        @Test("is made with those that it lies in, and told of where it cannot be")
        func folders() async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(TestImage(layers: [TestLayer.debian(["libc6"])]), as: "team/app", tag: "1")
            let folder = try TestFolder()
            _ = try folder.write("a file", to: "file")
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 1) { _ = try await fleet.scan(registry.host) }
                let report = ["report", "nightly", "--postgres", fleet.postgres, "--out"]
                let made = try await ProgramRun(report + ["reports/today"], in: folder)
                #expect(made.status == 0, "\(made.errors)")
                for name in ["report.html", "report.json", "run.json", "findings.csv"] {
                    let text = try folder.text("reports/today/\(name)")
                    #expect(!text.isEmpty, "\(name)")
                }
                for (path, cause) in [("file/today", "Not a directory"), ("file", "Not a directory")] {
                    let refused = try await ProgramRun(report + [path], in: folder)
                    #expect(refused.status == 65 && refused.errors.contains(cause), "\(refused.errors)")
                    #expect(!refused.errors.contains("Cocoa"))
                }
            }
        }
    }
}
