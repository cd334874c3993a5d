import Foundation
import Logging
import Registry
import Synchronization
import Testing

@Suite("Credential helpers of Docker's configuration")
struct CredentialHelperTests {
    /// A folder with helpers that are scripts; what they were asked is in `asked` beside them.
    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "helpers-\(UUID())").path
        let problems = Mutex<[String]>([])

        init(_ scripts: [String: String], reads: Bool = true) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, script) in scripts {
                let file = "\(path)/docker-credential-\(name)"
                let start = reads ? "server=$(cat)\necho \"$1 $server\" >>'\(path)/asked'\n" : ""
                let text = "#!/bin/sh\n\(start)\(script)\n"
                try text.write(toFile: file, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
            }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func source(_ json: String) -> DockerConfigCredentials {
            DockerConfigCredentials(json: Array(json.utf8), searchPath: "relative:/nowhere:\(path)") { [self] said in
                problems.withLock { $0.append(said) }
            }
        }

        var asked: [String] {
            let text = (try? String(contentsOfFile: "\(path)/asked", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map(String.init)
        }
    }

    private static let good = #"echo '{"ServerURL":"x","Username":"ann","Secret":"s3cret"}'"#

    @Test("the helper of a registry is asked before that of all, and that before the file; each once")
    func order() async throws {
        let folder = try Folder([
            "one": Self.good, "all": #"echo '{"ServerURL":"x","Username":"<token>","Secret":"refresh"}'"#,
        ])
        let source = folder.source(
            #"{"credsStore":"all","credHelpers":{"ECR.test:5000":"one"},"auths":{"file.test":{"auth":"YTpi"},"x.test":{}}}"#
        )
        #expect(source.problems.isEmpty)
        for _ in 0..<2 {
            let own = await source.credential(for: "ecr.test:5000")
            #expect(own?.username == "ann" && own?.password == "s3cret")
            #expect(await source.credential(for: "docker.io")?.identityToken == "refresh")
            #expect(await source.credential(for: "file.test")?.identityToken == "refresh")
        }
        // By the names under which they were stored.
        #expect(folder.asked == ["get ECR.test:5000", "get https://index.docker.io/v1/", "get file.test"])
        #expect(folder.problems.withLock { $0 } == [])
    }

    @Test("the file in the home folder counts where DOCKER_CONFIG is empty, as where there is none")
    func emptyFolderName() async throws {
        let folder = try Folder([:])
        let home = "\(folder.path)/.docker"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let text = #"{"auths":{"file.test":{"auth":"YTpi"}}}"#
        try text.write(toFile: "\(home)/config.json", atomically: true, encoding: .utf8)
        for environment in [["HOME": folder.path], ["HOME": folder.path, "DOCKER_CONFIG": ""]] {
            let source = DockerConfigCredentials(environment: environment, logger: Logger(label: "test"))
            #expect(await source.credential(for: "file.test")?.username == "a")
        }
    }

    @Test("where a helper has nothing, the file's entry counts, and nothing is reported")
    func nothing() async throws {
        let folder = try Folder(["all": "echo 'credentials not found in native keychain'; exit 1"])
        let source = folder.source(#"{"credsStore":"all","auths":{"file.test":{"auth":"YTpi"}}}"#)
        #expect(await source.credential(for: "file.test")?.password == "b")
        #expect(await source.credential(for: "other.test") == nil)
        #expect(folder.problems.withLock { $0 } == [])
    }

    @Test(
        "a helper that fails is reported without what it keeps",
        arguments: [
            ("exit 3", "ended with 3"), ("echo no json", "no credential"), ("echo '{\"Username\":1}'", "no credential"),
            ("head -c 3000000 /dev/zero", "too much"), ("kill -9 $$", "ended with"),
        ]
    )
    func failure(script: String, reason: String) async throws {
        let folder = try Folder(["bad": script])
        let source = folder.source(#"{"credHelpers":{"a.test":"bad"}}"#)
        #expect(await source.credential(for: "a.test") == nil)
        // It is left alone for a while, and not reported again.
        #expect(await source.credential(for: "a.test") == nil)
        #expect(folder.asked.count == 1)
        let problems = folder.problems.withLock { $0 }
        #expect(problems.count == 1 && problems.first?.contains(reason) == true, "\(problems)")
    }

    @Test("a helper that does not read which registry is meant is understood")
    func deaf() async throws {
        let source = try Folder(["deaf": Self.good], reads: false).source(#"{"credsStore":"deaf"}"#)
        #expect(await source.credential(for: "a.test")?.username == "ann")
    }

    @Test("requests that come together start a helper once")
    func together() async throws {
        let folder = try Folder(["slow": "sleep 0.2; \(Self.good)"])
        let source = folder.source(#"{"credsStore":"slow"}"#)
        let names = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { await source.credential(for: "a.test")?.username } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(names == Array(repeating: "ann", count: 20))
        #expect(folder.asked == ["get a.test"])
    }

    @Test("a name that leads elsewhere, and a program that is not there, are reported")
    func absent() async throws {
        let folder = try Folder([:])
        let source = folder.source(#"{"credHelpers":{"a.test":"../../bin/sh","b.test":"none"}}"#)
        #expect(await source.credential(for: "a.test") == nil)
        #expect(await source.credential(for: "b.test") == nil)
        #expect(folder.problems.withLock { $0.count } == 2)
    }

    @Test("a helper that leaves something running behind keeps nobody waiting")
    func leftBehind() async throws {
        let folder = try Folder(["bg": "sleep 60 >/dev/null & \(Self.good)"])
        let source = folder.source(#"{"credHelpers":{"a.test":"bg"}}"#)
        #expect(await source.credential(for: "a.test")?.username == "ann")
    }
}
