import Catalogers
import Testing

@Suite("pnpm's lock files")
struct PnpmLockTests {
    private func read(_ text: String) throws -> CatalogedFile { try declare("pnpm-lock.yaml", text) }

    @Test("Version 5: names and versions between slashes, peers after an underscore")
    func fifth() throws {
        let found = try read(
            """
            lockfileVersion: 5.4

            specifiers:
              nanoid: ^3.3.4

            dependencies:
              nanoid: 3.3.4
              acorn-jsx: 5.3.2_acorn@8.8.0
              local: link:../local

            devDependencies:
              dev-only: 1.0.0

            packages:

              /@babel/core/7.16.7_fzn43tb6bdtdxy2s3aqevve2su:
                resolution: {integrity: sha512-x}
                engines: {node: '>=6.9.0'}
                dependencies:
                  dev: 1.0.0
                dev: false

              /acorn-jsx/5.3.2_acorn@8.8.0:
                resolution: {integrity: sha512-x}

              /nanoid/3.3.4:
                deprecated: |-
                  packages:
                    /not-a-package/1.0.0:
                resolution: {integrity: sha512-x}

              /eslint/8.21.0:
                resolution: {integrity: sha512-x}
                dev: true
            """
        )
        #expect(Set(found.names) == ["nanoid 3.3.4", "acorn-jsx 5.3.2", "@babel/core 7.16.7", "eslint 8.21.0"])
        #expect(found.problems == [])
    }

    @Test("Version 5 with its specifiers inline, which says so behind the number", arguments: ["5.3", "'5.4"])
    func fifthWithInlineSpecifiers(number: String) throws {
        let found = try read(
            """
            lockfileVersion: \(number)-inlineSpecifiers\(number.hasPrefix("'") ? "'" : "")
            dependencies:
              acorn-jsx:
                specifier: ^5.3.2
                version: 5.3.2_acorn@8.8.0
            packages:
              /@babel/core/7.16.7_fzn43tb6bdtdxy2s3aqevve2su:
                resolution: {integrity: sha512-x}
              /acorn-jsx/5.3.2_acorn@8.8.0:
                resolution: {integrity: sha512-x}
            """
        )
        #expect(Set(found.names) == ["acorn-jsx 5.3.2", "@babel/core 7.16.7"])
        #expect(found.problems == [])
    }

    @Test("Version 6: peers in parentheses, archives and folders by their own name, keys too long for one line")
    func sixth() throws {
        let found = try read(
            """
            lockfileVersion: '6.0'
            dependencies:
              react-dom:
                specifier: ^18.0.0
                version: 18.2.0(react@18.2.0)
              lodash:
                specifier: file:foo/lodash.tgz
                version: file:foo/lodash.tgz
            packages:
              /react-dom@18.2.0(react@18.2.0):
                resolution: {integrity: sha512-x}
                dev: false
              ? /@s/long@1.0.0(a@1.0.0)(b@1.0.0)
              : resolution: {integrity: sha512-x}
                dev: false
              '@github.com/debug-js/debug/tarball/4.3.4':
                resolution: {tarball: https://github.com/debug-js/debug/tarball/4.3.4}
                name: debug
                version: 4.3.4
              file:foo/lodash.tgz:
                resolution: {tarball: file:foo/lodash.tgz}
                name: lodash
                version: 4.17.21
            """
        )
        #expect(Set(found.names) == ["react-dom 18.2.0", "@s/long 1.0.0", "debug 4.3.4", "lodash 4.17.21"])
        #expect(found.problems == [])
    }

    @Test("Version 9: every document's packages count, and snapshots add none")
    func ninth() throws {
        let found = try read(
            """
            ---
            lockfileVersion: '9.0'
            packages:
              pnpm@10.0.0:
                hasBin: true
            ---
            lockfileVersion: '9.0'
            importers:
              .:
                dependencies:
                  minimist:
                    specifier: 1.2.0
                    version: 1.2.0
            packages:
              minimist@1.2.0: {}
              '@babel/core@7.24.7':
                peerDependencies:
                  version: 3.0.0
              is-negative@https://codeload.example/is-negative/tar.gz/2fa0531:
                resolution: {tarball: https://codeload.example/is-negative/tar.gz/2fa0531}
                version: 2.0.1
            snapshots:
              '@babel/plugin@7.24.7(@babel/core@7.24.7)': {}
            """
        )
        #expect(Set(found.names) == ["pnpm 10.0.0", "minimist 1.2.0", "@babel/core 7.24.7", "is-negative 2.0.1"])
        #expect(found.problems == [])
    }

    @Test("What is no lock file is a problem", arguments: ["", "{]", "a: b\n", "packages:\n  x@1:\n"])
    func noLock(text: String) throws {
        #expect(try read(text).problems.contains("no lockfileVersion"))
    }

    @Test("Aliases of aliases are not followed, and depth without end is read in linear time")
    func bombs() throws {
        var bomb = "lockfileVersion: '9.0'\na0: &a0 [x]\n"
        for level in 1..<64 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n? *a\(level)\n: 1\n" }
        #expect(try read(bomb).names == [])
        for deep in [
            String(repeating: "- ", count: 200_000), String(repeating: "[", count: 200_000),
            String(repeating: "? ", count: 200_000),
            (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ] {
            #expect(try read("lockfileVersion: '9.0'\npackages:\n" + deep).problems.count <= 1)
        }
    }
}
