import Catalogers
import Testing

@Suite("Bun's and Deno's lock files")
struct BunDenoTests {
    @Test(
        "Bun: every kind of entry, with comments and trailing commas, without projects and what only development reaches"
    )
    func bun() throws {
        let found = try declare(
            "bun.lock",
            """
            {
              // written by hand
              "lockfileVersion": 1,
              "workspaces": {
                "": { "name": "root", "dependencies": { "a": "^1" }, "devDependencies": { "d": "1", "a": "^1", }, },
                "packages/w": { "name": "w", "optionalDependencies": { "o": "*" } },
              },
              "packages": {
                "root": ["root@root:", { "bin": {} }],
                "w": ["w@workspace:packages/w"],
                "a": ["a@1.0.0", "", { "dependencies": { "@s/b": "^2" }, "peerDependencies": { "p": "1" } }, "sha512-x"],
                "@s/b": ["@s/b@2.0.0-rc.1", "", {}, "sha512-x"],
                "d": ["d@1.0.0", "", { "dependencies": { "@s/b": "^2", "e": "1" } }, "sha512-x"],
                "e": ["e@1.0.0", "", {}, "sha512-x"],
                "o": ["o@git+ssh://git@host/o.git#abc", {}, "o-abc"],
                "loose": ["loose@3.0.0", "", {}, "sha512-x"],
                "odd": [7],
              },
            }
            """
        )
        #expect(
            Set(found.names) == ["a 1.0.0", "@s/b 2.0.0-rc.1", "o git+ssh://git@host/o.git#abc", "loose 3.0.0"]
        )
        #expect(found.problems.count == 1)
    }

    @Test("Bun: an alias stands for another package, beside the package's own name")
    func bunAliases() throws {
        let direct = try declare(
            "bun.lock",
            #"""
            {"workspaces": {"": {"dependencies": {"old": "npm:x@1.0.0"}, "devDependencies": {"x": "2.0.0"}}},
            "packages": {"x": ["x@2.0.0", "", {}, "h"], "old": ["x@1.0.0", "", {}, "h"]}}
            """#
        )
        #expect(direct.names == ["x 1.0.0"])
        let deeper = try declare(
            "bun.lock",
            #"""
            {"workspaces": {"": {"dependencies": {"@s/a": "1"}, "devDependencies": {"d": "1"}}},
            "packages": {
              "@s/a": ["@s/a@1.0.0", "", {"dependencies": {"y-cjs": "npm:y@^1"}}, "h"],
              "d": ["d@1.0.0", "", {"dependencies": {"y": "^1", "z": "^1"}}, "h"],
              "y": ["y@1.0.0", "", {"dependencies": {"z": "^1"}}, "h"],
              "y-cjs": ["y@1.0.0", "", {"dependencies": {"z": "^1"}}, "h"],
              "z": ["z@1.0.0", "", {}, "h"],
            }}
            """#
        )
        #expect(deeper.names == ["@s/a 1.0.0", "y 1.0.0", "z 1.0.0"])
        #expect(direct.problems + deeper.problems == [])
    }

    @Test("Bun: what a package requires is the nearest of that name on the way to the top")
    func bunPlaces() throws {
        let found = try declare(
            "bun.lock",
            #"""
            {"workspaces": {
              "": {"name": "root", "dependencies": {"@s/a": "1"}, "devDependencies": {"d": "1", "x": "1"}},
              "packages/w": {"name": "@s/w", "dependencies": {"y": "2"}}},
            "packages": {
              "@s/a": ["@s/a@1.0.0", "", {"dependencies": {"@t/b": "1"}}, "h"],
              "@s/a/@t/b": ["@t/b@2.0.0", "", {"dependencies": {"x": "2", "z": "1"}}, "h"],
              "@s/a/x": ["x@2.0.0", "", {}, "h"],
              "@s/w": ["@s/w@workspace:packages/w"],
              "@s/w/y": ["y@2.0.0", "", {}, "h"],
              "@t/b": ["@t/b@1.0.0", "", {}, "h"],
              "d": ["d@1.0.0", "", {"dependencies": {"@t/b": "1", "y": "1", "gone": "1"}}, "h"],
              "x": ["x@1.0.0", "", {}, "h"],
              "y": ["y@1.0.0", "", {}, "h"],
              "z": ["z@1.0.0", "", {}, "h"],
            }}
            """#
        )
        #expect(found.names == ["@s/a 1.0.0", "@t/b 2.0.0", "x 2.0.0", "y 2.0.0", "z 1.0.0"])
        #expect(found.problems == [])
    }

    @Test("Bun: paths of many levels cost neither time nor a package", .timeLimit(.minutes(1)))
    func bunDepth() throws {
        let path = String(repeating: "a/", count: 1000)
        let paths = (0..<2000).map { #""\#(path)b\#($0)": ["b\#($0)@1.0.0", "", {"dependencies": {"a": "1"}}]"# }
        let found = try declare("bun.lock", #"{"packages": {\#(paths.joined(separator: ","))}}"#)
        #expect(found.packages.count == 2000)
    }

    @Test(
        "Deno: each version of the format",
        arguments: [
            #"{"version": "4", "jsr": {"@std/bytes@1.0.2": {}}, "npm": {"chalk@5.3.0": {}, "typedoc@0.28.19_typescript@6.0.3": {}, "@a/b@1.17.9_@a+c@5.50.0": {}}}"#,
            #"{"version": "3", "packages": {"jsr": {"@std/bytes@1.0.2": {}}, "npm": {"chalk@5.3.0": {}, "typedoc@0.28.19_typescript@6.0.3": {}, "@a/b@1.17.9_@a+c@5.50.0": {}}}}"#,
            #"{"version": "2", "jsr": {"@std/bytes@1.0.2": {}}, "npm": {"specifiers": {}, "packages": {"chalk@5.3.0": {}, "typedoc@0.28.19_typescript@6.0.3": {}, "@a/b@1.17.9_@a+c@5.50.0": {}}}}"#,
        ]
    )
    func deno(text: String) throws {
        let found = try declare("deno.lock", text)
        #expect(found.names == ["@std/bytes 1.0.2", "@a/b 1.17.9", "chalk 5.3.0", "typedoc 0.28.19"])
        #expect(found.problems == [])
    }

    @Test("Deno: an address with a version is a module, once for all its files")
    func remote() throws {
        let found = try declare(
            "deno.lock",
            #"{"version": "4", "remote": {"https://deno.land/std@0.140.0/a.ts": "1", "https://deno.land/std@0.140.0/b.ts": "2", "https://host/x.ts": "3", "x": "4", "https://@1": "5"}}"#
        )
        #expect(found.names == ["deno.land/std 0.140.0"])
    }
}
