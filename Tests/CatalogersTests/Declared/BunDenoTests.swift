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
