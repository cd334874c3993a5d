import Foundation
import Store
import TallymanTesting
import Testing

/// Options that come from the environment, as the parts of a fleet take them.
@Suite("A setting in the environment", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
struct SettingTests {
    @Test(
        "is checked as the option is",
        arguments: [
            ("worker", "LEASE", "2"), ("worker", "LEASE", "soon"), ("worker", "SLOTS", "0"), ("up", "WORKERS", "257"),
            ("worker", "SCRATCH_SECONDS", "0"),
            ("coordinator", "ALLOW_PRIVATE_TARGETS", "perhaps"), ("coordinator", "LOG_LEVEL", "loud"),
            ("worker", "LOG_LEVEL", "Debug"), ("serve", "LOG_LEVEL", "verbose"), ("up", "LOG_LEVEL", "5"),
        ]
    )
    func checked(_ part: String, _ name: String, _ value: String) async throws {
        // The servers' addresses come later, or have to be looked at only.
        let run = try await ProgramRun(
            [part],
            in: try TestFolder(),
            environment: [
                "TALLYMAN_\(name)": value, "TALLYMAN_POSTGRES": "postgres://u@127.0.0.1:1/db",
                "TALLYMAN_REDIS": "redis://127.0.0.1:1",
            ]
        )
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains("TALLYMAN_\(name)") || run.errors.contains("allow-private-targets"))
    }

    @Test("names the levels of logging that there are where it is none of them, and is not given where it is empty")
    func logLevel() async throws {
        let environment = [
            "TALLYMAN_POSTGRES": "postgres://u@127.0.0.1:1/db", "TALLYMAN_REDIS": "redis://127.0.0.1:1",
        ]
        let folder = try TestFolder()
        for (level, status) in [("loud", Int32(64)), ("", 69), ("debug", 69)] {
            let given = environment.merging(["TALLYMAN_LOG_LEVEL": level]) { $1 }
            let run = try await ProgramRun(["worker"], in: folder, environment: given)
            #expect(run.status == status, "\(level): \(run.errors)")
            let words = "must be one of trace, debug, info, notice, warning, error, critical, not loud"
            #expect(run.errors.contains(words) == (status == 64), "\(level): \(run.errors)")
        }
    }
}

@Suite("A data folder that a flag names", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
struct DataFolderFlagTests {
    @Test(
        "goes before servers that the environment or a file names",
        arguments: [["worker"], ["fleet", "status"]],
        [true, false]
    )
    func beforeSettings(_ command: [String], inEnvironment: Bool) async throws {
        let folder = try TestFolder()
        let (postgres, redis) = ("postgres://u@127.0.0.1:1/db", "redis://127.0.0.1:1")
        if !inEnvironment { _ = try folder.write("postgres: \(postgres)\nredis: \(redis)\n", to: "tallyman.yaml") }
        let run = try await ProgramRun(
            command + ["--data-dir", folder.url.path],
            in: folder,
            environment: inEnvironment ? ["TALLYMAN_POSTGRES": postgres, "TALLYMAN_REDIS": redis] : [:]
        )
        #expect(run.status == 69 && run.errors.contains("no `tallyman up` runs on"), "\(run.errors)")
    }

    @Test("goes behind a server that a flag names, too")
    func behindFlags() async throws {
        let folder = try TestFolder()
        let run = try await ProgramRun(
            ["fleet", "status", "--data-dir", folder.url.path, "--postgres", "postgres://u@127.0.0.1:1/db"],
            in: folder
        )
        #expect(run.status == 69 && !run.errors.contains("tallyman up"), "\(run.errors)")
    }
}

/// `tallyman.yaml`, or what stands in for it.
@Suite("A file of settings", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
struct SettingsFileTests {
    @Test(
        "that cannot be used is told of with the place and the cause, and with nothing of its text",
        arguments: [
            ("postgres: 'postgres://u:hidden@127.0.0.1:1/db\n", "tallyman.yaml: line "),
            ("postgres: hidden: x\n", "tallyman.yaml: line 1, column "),
            ("- hidden\n", "a map of settings is expected"),
            ("slots: [1, 2]\nsecret-key: hidden\n", "tallyman.yaml: slots must be one value"),
        ]
    )
    func unusable(_ text: String, _ cause: String) async throws {
        let folder = try TestFolder()
        _ = try folder.write(text, to: "tallyman.yaml")
        let run = try await ProgramRun(["worker"], in: folder)
        #expect(run.status == 64 && run.errors.contains(cause), "\(run.errors)")
        #expect(!run.errors.contains("hidden"))
    }

    @Test("is that of the working folder where an empty name is given")
    func emptyName() async throws {
        let folder = try TestFolder()
        _ = try folder.write("- hidden\n", to: "tallyman.yaml")
        let run = try await ProgramRun(["worker"], in: folder, environment: ["TALLYMAN_CONFIG": ""])
        #expect(run.status == 64 && run.errors.contains("tallyman.yaml: a map of settings"), "\(run.errors)")
    }

    @Test("has to be there where it is named")
    func named() async throws {
        let run = try await ProgramRun(
            ["worker"],
            in: try TestFolder(),
            environment: ["TALLYMAN_CONFIG": "elsewhere.yaml"]
        )
        #expect(run.status == 65, "\(run.errors)")
        #expect(run.errors.contains("elsewhere.yaml cannot be read: No such file or directory"))
    }

    @Test("may leave a setting empty")
    func empty() async throws {
        let folder = try TestFolder()
        _ = try folder.write(
            "slots:\nredis: redis://127.0.0.1:1\npostgres: postgres://u@127.0.0.1:1/db\n",
            to: "tallyman.yaml"
        )
        let run = try await ProgramRun(["worker"], in: folder)
        #expect(run.status == 69, "\(run.errors)")
    }
}

extension FleetTests {
    @Suite("A worker's lease", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
    struct LeaseSettingTests {
        @Test("is that of TALLYMAN_LEASE where no option says otherwise", arguments: [false, true])
        func lease(hasOption: Bool) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            let layers = [TestLayer.dpkg(["app"], filler: 200_000)]
            registry.add(TestImage(layers: layers), as: "team/app", tag: "1")
            registry.setFault(.slow(bytes: 5_000, microseconds: 200_000), at: "team/app/blobs/")
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 0) {
                    _ = try await fleet.request([registry.host])
                    let end = ContinuousClock.now + .seconds(60)
                    var leases: [String] = []
                    let folder = try TestFolder()
                    _ = try await ProgramRun(
                        ["worker"] + (hasOption ? ["--lease", "1200"] : []),
                        in: folder,
                        environment: [
                            "TALLYMAN_LEASE": "600", "TALLYMAN_POSTGRES": fleet.postgres, "TALLYMAN_REDIS": fleet.redis,
                        ]
                    ) {
                        leases = try await fleet.texts(
                            """
                            SELECT CASE WHEN lease_until > now() + interval '1000 seconds' THEN 'option'
                                WHEN lease_until > now() + interval '500 seconds' THEN 'variable' ELSE 'neither' END
                            FROM tasks WHERE state = 'leased'
                            """
                        )
                        return !leases.isEmpty || ContinuousClock.now > end
                    }
                    #expect(Set(leases) == [hasOption ? "option" : "variable"])
                }
            }
        }
    }
}
