import Bytes
import Catalogers
import ScanModel
import TallymanTesting
import Testing

@Suite("Hostile lock files")
struct HostileDeclaredTests {
    private static let samples: [(path: String, text: String)] = [
        (
            "package-lock.json",
            #"{"lockfileVersion":3,"packages":{"":{"name":"r","version":"1"},"node_modules/@a/b":{"version":"1","license":[{"type":"x"}]}}}"#
        ),
        (
            "npm-shrinkwrap.json",
            #"{"dependencies":{"a":{"version":"npm:@b/c@1","dependencies":{"d":{"version":"2"}}}}}"#
        ),
        (
            "yarn.lock",
            "# yarn lockfile v1\n\n\"@a/b@npm:c@1\":\n  version \"1\"\n  resolved \"https://registry.example/@c/d/-/d-1.0.tgz#x\"\n"
        ),
        ("yarn.lock", "\"@a/b@npm:^1, a@patch:x\":\n  version: 1.0 # c\n  resolution: \"a@workspace:.\"\n"),
        (
            "pnpm-lock.yaml",
            "---\nlockfileVersion: '5.4'\ndependencies:\n  a: 1.0_b@2\npackages:\n  ? /@a/b/1.0_c\n  : dev: false\n    name: 'it''s'\n    d: |\n      x\n"
        ),
        (
            "bun.lock",
            #"{"packages":{"a":["a@1","",{"dependencies":{"b":"1"}},"x"],},"workspaces":{"":{"devDependencies":{"a":"1"}}}/**/}"#
        ),
        ("deno.lock", #"{"npm":{"packages":{"@a/b@1_c@2":{}}},"remote":{"https://h/a@1/b":"x"}}"#),
        ("requirements.txt", "a[b] == 1.0 ; c == 'd' # e\nf===2 \\\n --hash=x\n-r g\n"),
        ("setup.py", "x = ['a==1.0', \"b == 2\"]\nc==3\n"),
        ("poetry.lock", "[[package]]\nname = \"a\"\nversion = '1'\n[package.source]\nurl = \"\"\"x\"\"\"\n"),
        ("pylock.toml", "[[packages]]\nname = \"a\"\nversion = \"1\"\ndirectory = {}\n"),
        ("Pipfile.lock", #"{"default":{"a":{"version":"==1"}}}"#),
        ("Gemfile.lock", "GEM\n  specs:\n    a (1.0-x86)\n      b (= 1)\n"),
        ("composer.lock", #"{"packages":[{"name":"a/b","version":"1","license":["x"]}]}"#),
        ("vendor/composer/installed.json", #"{"packages":[{"name":"a/b","version":"1","license":"x"}]}"#),
        ("php/.registry/a.reg", #"a:2:{s:4:"name";s:1:"a";s:7:"version";a:1:{s:7:"release";d:1.5;}}"#),
    ]

    @Test("Truncated, changed and random files give packages or problems, never a trap", arguments: samples.indices)
    func damaged(index: Int) throws {
        let (path, text) = Self.samples[index]
        let bytes = Array(text.utf8)
        #expect(try !declare(path, bytes).packages.isEmpty || path == "yarn.lock" || path == "bun.lock")
        for length in bytes.indices { _ = try declare(path, Array(bytes[..<length])) }
        var random = SeededRandom(seed: UInt64(index))
        var unsound: [CatalogedPackage] = []
        for _ in 0..<200 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            let from = random.below(copy.count)
            copy.insert(contentsOf: copy[from..<min(copy.count, from + random.below(20))], at: random.below(copy.count))
            unsound += try declare(path, copy).packages.filter {
                $0.package.name.isEmpty || $0.package.version.isEmpty
            }
            _ = try declare(path, random.bytes(random.below(80)))
        }
        #expect(unsound.isEmpty)
    }

    @Test("Very long lines, quotes and lists are read in linear time", arguments: samples.indices)
    func long(index: Int) throws {
        let path = Self.samples[index].path
        for unit in [
            "\"", "'", "a==1", "[", "{", "a:\n", "? ", "=", "\\\n", "[[package]]\n", "    a (1)\n", "\"\"\"",
            "a: &a *a\n",
        ] {
            _ = try declare(path, repeated(Array(unit.utf8), toFill: unit.utf8.count * 25_000))
        }
    }

    @Test("A character that joins the one before it makes no index fall between two")
    func joined() throws {
        // A name of nothing: the quote that opens it closes it as well.
        _ = try declare("mix.lock", "\":x, y, z\n")
        _ = try declare("pubspec.lock", "packages:\n  \"\"\u{308}: 'a'\u{308}\n  a: \"\"\u{308}\n")
        for (path, text) in Self.samples {
            let bytes = Array(text.utf8)
            for index in bytes.indices {
                var copy = bytes
                copy.insert(contentsOf: [0xcc, 0x88], at: index + 1)
                _ = try declare(path, copy)
            }
        }
    }

    @Test("A text beyond the bound on size is a problem, a package database is read as long as it is one")
    func size() throws {
        let bytes = FileBytes([UInt8](repeating: 0x0a, count: EvidenceBound.text + 1))
        let problem = "33554433 bytes, more than the 33554432 that are read of such a file"
        let selection = Catalogers.directorySelection
        for path in ["composer.lock", "opam", "gradle.lockfile", "cabal.project.freeze", "cpanfile.snapshot"] {
            let file = EvidenceFile(path: LayerPath(path), bytes: bytes)
            let reader = selection.catalogers[try #require(selection.catalogers(for: file.path).first)]
            #expect(reader.read(file).problems == [problem])
        }
        for path in ["var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/pacman/local/a-1-1/files"] {
            let reader = selection.catalogers[try #require(selection.catalogers(for: LayerPath(path)).first)]
            #expect(reader.maxFileBytes == EvidenceBound.database)
        }
    }

    @Test("No more packages are read than any file lists, and that is said")
    func tooMany() throws {
        let found = try declare("requirements.txt", (0..<100_001).map { "a\($0)==1\n" }.joined())
        #expect(found.packages.count == 100_000)
        #expect(found.problems == ["more than 100000 packages; the rest was not read"])
    }

    @Test("Catalogers of lock files have names of their own")
    func names() {
        let names = Catalogers.directorySelection.catalogers.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
