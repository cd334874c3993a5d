import Bytes
import Catalogers
import ScanModel
import TallymanTesting
import Testing

@Suite("Hostile evidence")
struct HostileInputTests {
    private static let texts: [(path: String, text: String)] = [
        (
            "var/lib/dpkg/status",
            "Package: a\nStatus: install ok installed\nSource: b (2)\nVersion: 1:2.3-4\nDescription: x\n y\n\n"
        ),
        ("var/lib/dpkg/info/a.list", "/.\n/usr/lib/x\n"),
        ("lib/apk/db/installed", "P:a\nV:1\nA:x\no:b\nL:MIT\nF:usr\nR:x\n\n"),
        ("x.dist-info/METADATA", "Name: a\nVersion: 1\nClassifier: License :: X\n\n"),
        ("a/package.json", #"{"name":"a","version":"1","licenses":[{"type":"x"}]}"#),
        ("specifications/a.gemspec", "s.name = \"a\"\ns.version = '1'\n"),
        ("etc/os-release", "ID=\"debian\"\nVERSION_ID=12\n"),
        ("etc/redhat-release", "CentOS Linux release 7.9 (Core)\n"),
        ("var/lib/rpm/Packages.db", "RpmP\u{0}\u{0}\u{0}\u{0}"),
        ("opt/a.jar", "PK\u{3}\u{4}"),
    ]

    @Test("Truncated, changed and random files give packages or problems, never a trap", arguments: texts.indices)
    func damaged(index: Int) throws {
        let (path, text) = Self.texts[index]
        let bytes = Array(text.utf8)
        for length in bytes.indices { _ = try catalog(path, Array(bytes[..<length])) }
        var random = SeededRandom(seed: UInt64(index))
        for _ in 0..<150 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            _ = try catalog(path, copy)
            _ = try catalog(path, bytes + random.bytes(random.below(40)))
            _ = try catalog(path, random.bytes(random.below(80)))
        }
    }

    @Test("A package with a name or version that no database can hold or find is left out, whatever names it")
    func unsoundNames() throws {
        let long = String(repeating: "x", count: CatalogedFile.maxNameBytes + 1)
        let cases: [(name: String, version: String, isKept: Bool)] = [
            ("kept", "1", true), ("é", "1", true), (long, "1", false), ("a", "1.\(long)", false),
            ("a\u{1b}b", "1", false), ("a", "1\u{0}2", false), ("a", "1\u{7f}", false),
        ]
        for (name, version, isKept) in cases {
            let nameField = #"s:4:"name";s:\#(name.utf8.count):"\#(name)";"#
            let versionField = #"s:7:"version";s:\#(version.utf8.count):"\#(version)";"#
            let files: [(path: String, text: String)] = [
                ("x.dist-info/METADATA", "Name: \(name)\nVersion: \(version)\n\n"),
                ("specifications/a.gemspec", "s.name = '\(name)'\ns.version = '\(version)'\n"),
                ("usr/share/php/.registry/a.reg", "a:2:{\(nameField)\(versionField)}"),
            ]
            for (path, text) in files {
                let found = try read(path, text)
                #expect(found.names == (isKept ? ["\(name) \(version)"] : []))
                #expect(found.problems == (isKept ? [] : ["1 records without a sound name and version"]))
            }
        }
    }

    @Test("Very long lines and fields are bounded in time")
    func long() throws {
        let long = String(repeating: "x", count: 1 << 18)
        let folded = String(repeating: " x\n", count: 25_000)
        for (path, _) in Self.texts.prefix(8) {
            _ = try catalog(path, "Name: \(long)\nVersion: \(long)\n")
            _ = try catalog(path, "Version: 1\n" + folded)
            _ = try catalog(path, "P:\(long)\nV:\(long)\nF:\(long)\nR:\(long)\n")
        }
    }

    @Test("A long string with a long line behind it costs a gemspec no more than both together")
    func longRubyLine() throws {
        // The longest line that is read: looked through once for each character behind it, it would take many seconds.
        let line = "s.summary = \"\(String(repeating: "a", count: 30_000))\" \(String(repeating: "b", count: 30_000))\n"
        let text = "s.name = \"x\"\ns.version = \"1\"\n" + String(repeating: line, count: 25)
        #expect(try catalog("specifications/x.gemspec", text).names == ["x 1"])
    }

    @Test("Catalogers have names of their own, and the version of the analysis tells them all")
    func names() {
        let names = Catalogers.all.map(\.name)
        #expect(Set(names).count == names.count)
        for cataloger in Catalogers.all {
            #expect(Catalogers.analysisVersion.contains("\(cataloger.name)=\(cataloger.version)"))
        }
    }
}
