import Catalogers
import ScanModel
import Testing

@Suite("npm's lock files")
struct PackageLockTests {
    @Test(
        "Version 3: the root counts, folders of workspaces, links and development do not, aliases count by their target"
    )
    func current() throws {
        let found = try declare(
            "app/package-lock.json",
            """
            {"name": "root", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": {
              "": {"name": "root", "version": "1.0.0", "license": "MIT", "workspaces": ["packages/*"]},
              "node_modules/a": {"version": "1.1.0", "license": ["MIT", "ISC"], "dev": false},
              "node_modules/a/node_modules/@s/b": {"version": "2.0.0", "license": {"type": "BSD"}, "bundled": true},
              "node_modules/c": {"name": "real-c", "version": "3.0.0", "license": 7},
              "node_modules/d": {"version": "4.0.0", "dev": true},
              "node_modules/e": {"version": "5.0.0", "optional": true, "devOptional": true},
              "node_modules/w": {"resolved": "packages/w", "link": true},
              "packages/w": {"license": "MIT"},
              "packages/v": {"name": "v", "version": "0.1.0"}
            }, "dependencies": {"ignored": {"version": "1.0.0"}}}
            """
        )
        #expect(
            Set(found.names) == ["root 1.0.0", "a 1.1.0", "@s/b 2.0.0", "real-c 3.0.0", "e 5.0.0", "v 0.1.0"]
        )
        #expect(found.problems == [])
        #expect(found.packages.first { $0.package.name == "a" }?.package.licenses == ["ISC", "MIT"])
        #expect(found.packages.first { $0.package.name == "@s/b" }?.package.licenses == ["BSD"])
        #expect(found.packages.allSatisfy { $0.package.type == .npm })
    }

    @Test(
        "Version 1, and the shrinkwrap without any: nested dependencies count once, development with all below it does not"
    )
    func first() throws {
        let lock = """
            {"name": "root", "version": "1.0.0", %@ "dependencies": {
              "a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0", "bundled": true}, "c": {"version": "3.0.0"}}},
              "b": {"version": "2.0.0"},
              "d": {"version": "4.0.0", "dev": true, "dependencies": {"e": {"version": "5.0.0", "dev": true}}},
              "alias": {"version": "npm:@s/f@6.0.0"},
              "g": {"version": "git+https://host/g.git#abc"}
            }}
            """
        for (name, version) in [("package-lock.json", #""lockfileVersion": 1,"#), ("npm-shrinkwrap.json", "")] {
            let found = try declare(name, lock.replacing("%@", with: version))
            #expect(
                Set(found.names) == ["a 1.0.0", "b 2.0.0", "c 3.0.0", "@s/f 6.0.0", "g git+https://host/g.git#abc"]
            )
            #expect(found.packages.count == 5)
        }
    }

    @Test("One odd entry costs itself")
    func oddEntries() throws {
        let found = try declare(
            "package-lock.json",
            #"{"lockfileVersion": 2, "packages": {"node_modules/a": 7, "node_modules/b": {"version": 1}, "node_modules/c": {"version": "1"}}}"#
        )
        #expect(found.names == ["c 1"])
        #expect(found.problems == ["2 records without a sound name and version"])
    }

    @Test(
        "Lock files below node_modules are another project's",
        arguments: ["package-lock.json", "yarn.lock", "bun.lock"]
    )
    func nodeModules(name: String) throws {
        let found = try declare("app/node_modules/x/" + name, #"{"packages": {"node_modules/a": {"version": "1"}}}"#)
        #expect(found.names == [])
        #expect(found.problems == [])
    }

    @Test(
        "A lock file of any depth is a problem and not a crash",
        arguments: ["package-lock.json", "bun.lock", "deno.lock"]
    )
    func deep(name: String) throws {
        for (open, close) in [("[", "]"), (#"{"dependencies":{"a":"#, "}}")] {
            let json =
                #"{"lockfileVersion": 1, "dependencies": {"a": "# + String(repeating: open, count: 100_000) + "1"
                + String(repeating: close, count: 100_000) + "}}"
            #expect(try declare(name, json).problems.count == 1)
        }
    }

    @Test("Dependencies inside each other are read far beyond what npm nests")
    func nested() throws {
        let levels = 100
        let json =
            #"{"lockfileVersion": 1, "#
            + (0..<levels).map { #""dependencies": {"p\#($0)": {"version": "1", "x": ""# + "\($0)" + #"", "# }.joined()
            + #""dev": false"# + String(repeating: "}}", count: levels) + "}"
        #expect(try declare("package-lock.json", json).packages.count == levels)
    }

    @Test("In an image lock files are no evidence")
    func images() {
        for name in ["package-lock.json", "yarn.lock", "requirements.txt", "Gemfile.lock", "composer.lock", "setup.py"]
        {
            #expect(Catalogers.selection.catalogers(for: LayerPath("app/" + name)).isEmpty)
        }
    }
}
