import Catalogers
import Foundation
import ScanModel
import Testing

@Suite("Java archives")
struct JavaSelectionTests {
    @Test(
        "Every kind of archive is evidence, as are plain ones that may hold some",
        arguments: [
            ("a.jar", true), ("a-1.WAR", true), ("a.ear", true), ("a.par", true), ("a.sar", true), ("a.nar", true),
            ("a.jpi", true), ("a.hpi", true), ("a.kar", true), ("a.far", true), ("a.lpkg", true), ("a.rar", true),
            ("ascanrules-release-71.zap", true), ("a.zip", true), ("a.jar.txt", false), ("jar", false),
        ]
    )
    func places(name: String, isEvidence: Bool) {
        let found = Catalogers.selection.catalogers(for: LayerPath("opt/" + name))
        #expect(found.isEmpty != isEvidence)
    }
}

@Suite("Python distributions")
struct PythonTests {
    private let wheel = "usr/lib/python3/site-packages/x-1.dist-info/METADATA"

    @Test(
        "Every form of installed metadata is evidence",
        arguments: [
            ("x-1.dist-info/METADATA", true), ("x.DIST-INFO/METADATA", true), ("DIST-INFO/METADATA", true),
            ("x-1.egg-info/PKG-INFO", true), ("x/EGG-INFO/PKG-INFO", true), ("x-1-py3.9.egg-info", true),
            ("x-1-py3.8.egg-info/METADATA", true), ("x/METADATA", false), ("PKG-INFO", false),
            ("x.dist-info/RECORD", false),
            ("x.egg-info/PKG-INFO-INVALID", false),
        ]
    )
    func places(name: String, isEvidence: Bool) {
        let found = Catalogers.selection.catalogers(for: LayerPath("opt/venv/" + name))
        #expect(found.isEmpty != isEvidence)
    }

    @Test("The header counts and the description does not")
    func header() throws {
        let found = try catalog(
            wheel,
            "Metadata-Version: 2.1\nName: x\nVersion: 1.0\nLicense: MIT\n\nName: y\nVersion: 2\n"
        )
        #expect(found.names == ["x 1.0"])
        #expect(found.packages.first?.package.licenses == ["MIT"])
    }

    @Test("A line of blanks goes on with a field, and only one without anything ends the header")
    func blankLines() throws {
        let text =
            "Name: x\nLicense: UNKNOWN\nDescription: First\n        \n\t\n        Second\n        \nVersion: 1.0\n"
            + "Classifier: License :: OSI Approved :: MIT License\n"
        for text in [text, text.replacing("\n", with: "\r\n")] {
            let found = try catalog(wheel, text)
            #expect(found.names == ["x 1.0"])
            #expect(found.packages.first?.package.licenses == ["MIT License"])
            #expect(found.problems == [])
        }
        let license = try catalog(wheel, "Name: x\nLicense: MIT\n        \nVersion: 1.0\n\nVersion: 2.0\n")
        #expect(license.names == ["x 1.0"])
        #expect(license.packages.first?.package.licenses == ["MIT"])
    }

    @Test("A byte order mark in front of the first field is passed over")
    func byteOrderMark() throws {
        #expect(try catalog(wheel, "\u{feff}Name: x\nVersion: 1.0\n").names == ["x 1.0"])
        #expect(try catalog(wheel, [0xef, 0xbb, 0xbf]).names == [])
    }

    @Test("Licences come from the expression, then the field, then the classifiers")
    func licenses() throws {
        func licenses(_ lines: String) throws -> [String]? {
            try catalog(wheel, "Name: x\nVersion: 1\n\(lines)").packages.first?.package.licenses
        }
        let classifiers =
            "Classifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: X\nClassifier: License :: OSI Approved :: BSD\n"
        #expect(try licenses("License: A\nLicense-Expression: B OR C\n" + classifiers) == ["B OR C"])
        #expect(try licenses("License: UNKNOWN\n" + classifiers) == ["BSD", "MIT License"])
        #expect(try licenses("License: long\n        text\n" + classifiers) == ["BSD", "MIT License"])
        #expect(try licenses("") == [])
    }

    // Written by Python's zipfile.
    @Test("An egg in one file has its metadata in it; others with its ending say nothing")
    func egg() throws {
        let archive = try #require(
            Data(
                base64Encoded: "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAPAAAAZm9vL19faW5pdF9fLnB5UEsDBBQAAAAIAAAAIQAHbbJj"
                    + "MwAAADsAAAARAAAARUdHLUlORk8vUEtHLUlORk/zTS1JTEksSdQNSy0qzszPs1Iw1DPg8kvMTbVSSMvP50IS"
                    + "NuLyyUxOzSsGyvh6hnBxAQBQSwECFAMUAAAAAAAAACEAAAAAAAAAAAAAAAAADwAAAAAAAAAAAAAAgAEAAAAA"
                    + "Zm9vL19faW5pdF9fLnB5UEsBAhQDFAAAAAgAAAAhAAdtsmMzAAAAOwAAABEAAAAAAAAAAAAAAIABLQAAAEVH"
                    + "Ry1JTkZPL1BLRy1JTkZPUEsFBgAAAAACAAIAfAAAAI8AAAAAAA=="
            )
        )
        let path = "usr/lib/python2.7/site-packages/foo-1.2-py2.7.egg"
        let found = try catalog(path, Array(archive))
        #expect(found.names == ["foo 1.2"])
        #expect(found.packages.first?.package.licenses == ["MIT"])
        #expect(found.problems == [])
        #expect(try catalog(path, Array(archive.dropLast(30))).names == [])
        for text in ["", "egg", "/src/foo\n../\n"] { #expect(try catalog(path, text).problems == []) }
        #expect(Catalogers.selection.catalogers(for: LayerPath("ensurepip/_bundled/pip-24.0-py3-none-any.whl")).isEmpty)
    }

    @Test(
        "Metadata without a name or version is a problem",
        arguments: ["", "Name: x\n", "Version: 1\n", "Name:\nVersion: 1\n", "\u{0}\u{1}"]
    )
    func damaged(text: String) throws {
        let found = try catalog(wheel, text)
        #expect(found.names == [])
        #expect(found.problems.count == 1)
    }
}

@Suite("npm packages")
struct NpmTests {
    private func read(_ json: String) throws -> CatalogedFile { try catalog("opt/node_modules/x/package.json", json) }

    @Test(
        "Scoped and plain names, and every form of licence",
        arguments: [
            (#"{"name":"@s/p","version":"1.0.0-rc.1","license":"MIT"}"#, "@s/p 1.0.0-rc.1", ["MIT"]),
            (#"{"name":"a","version":"1","license":{"type":"ISC","url":"x"}}"#, "a 1", ["ISC"]),
            (#"{"name":"a","version":"1","licenses":[{"type":"B"},{"type":"A"},{}]}"#, "a 1", ["A", "B"]),
            (#"{"name":"a","version":"1","license":7,"licenses":"X"}"#, "a 1", ["X"]),
            (#"{"name":"a","version":"1","license":null,"author":[],"name2":{}}"#, "a 1", []),
            ("\u{feff}" + #"{"name":"a","version":"1"}"#, "a 1", []),
            // Of a member that comes twice JavaScript takes the last.
            (#"{"name":"a","version":"1","x":{"version":"3"},"version":"2"}"#, "a 2", []),
            (#"{"n\u0061me":"b","name" : "a\"","x":["name",":"],"version":"1","name"  :  "c"}"#, "c 1", []),
        ]
    )
    func forms(json: String, name: String, licenses: [String]) throws {
        let found = try read(json)
        #expect(found.names == [name])
        #expect(found.packages.first?.package.licenses == licenses)
    }

    @Test(
        "A manifest that names no package is none, and no problem",
        arguments: [
            "{}", #"{"type":"module"}"#, #"{"name":"a"}"#, #"{"name":["a"],"version":"1"}"#,
            #"{"name":"a","version":1}"#,
            #"{"name":null,"version":null}"#, #"{"name":"","version":"1"}"#,
            #"{"name":"\ud800","version":"1"}"#,
        ]
    )
    func noPackage(json: String) throws {
        let found = try read(json)
        #expect(found.names == [])
        #expect(found.problems == [])
    }

    @Test(
        "What is no JSON object is a problem",
        arguments: ["", "{", "null", "[]", "\"x\"", "7", "{\"name\":\"a\",", "\u{0}"]
    )
    func damaged(json: String) throws {
        let found = try read(json)
        #expect(found.names == [])
        #expect(found.problems.count == 1)
    }

    @Test("Very deep nesting is a problem and not a crash")
    func deep() throws {
        let depth = 200_000
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let json =
                #"{"name":"a","version":"1","x":"# + String(repeating: open, count: depth) + "1"
                + String(repeating: close, count: depth) + "}"
            #expect(try read(json).problems.count == 1)
        }
    }
}

@Suite("Ruby gems")
struct GemTests {
    private func read(_ text: String) throws -> CatalogedFile {
        try catalog("usr/lib/ruby/gems/3.1.0/specifications/x.gemspec", text)
    }

    @Test("Plain assignments are read, whatever the block's variable is called")
    func assignments() throws {
        let found = try read(
            """
            # -*- encoding: utf-8 -*-
            Gem::Specification.new do |spec|
              spec.name = "rack".freeze
              spec.version = "3.0.8"
              spec.required_ruby_version = Gem::Requirement.new(">= 2.4.0".freeze)
              spec.licenses = ["MIT".freeze, 'Ruby'] # "no"
              if spec.respond_to? :specification_version then
                spec.name = "later"
              end
            end
            """
        )
        #expect(found.names == ["rack 3.0.8"])
        #expect(found.packages.first?.package.licenses == ["MIT", "Ruby"])
    }

    // Ruby, doc/syntax/literals.rdoc, "Percent Literals".
    @Test(
        "Every way to write a string that nothing is put into",
        arguments: [
            ("%q{a}", "%q(1.0)", "[%q[MIT], %Q<Ruby>]"), ("%q|a|.freeze", "'1.0'.freeze", "%w[MIT Ruby].freeze"),
            ("%Q{a}", "Gem::Version.new(%q{1.0})", "[\"MIT\".freeze, %q<Ruby>.freeze] # %q{no}"),
        ]
    )
    func literals(name: String, version: String, licenses: String) throws {
        let found = try read("s.name = \(name)\ns.version = \(version)\ns.licenses = \(licenses)\n")
        #expect(found.names == ["a 1.0"])
        #expect(found.packages.first?.package.licenses == ["MIT", "Ruby"])
        let nested = try read("s.name = %q{a}\ns.version = '1'\ns.license = %q{(a{b}c)}\n")
        #expect(nested.packages.first?.package.licenses == ["(a{b}c)"])
    }

    @Test(
        "What is computed is not guessed",
        arguments: [
            "s.name = \"a\"\ns.version = \"1.#{minor}\"\n", "s.name = %q{open\ns.version = '1'\n", "s.name = %q\n",
            "s.name = 'a'\ns.version = \"#{File.read(\"VERSION\")}\"\n",
            "s.name = %w[]\ns.version = '1'\n", "s.name = 1 % 2\ns.version = %qx1x\n",
            "s.name = NAME\ns.version = \"1\"\n", "s.name = \"a\"\n", "s.name = \"a\"\ns.version = \"\"\n", "",
            "= . =\n.\n=",
            "s.name = \"open\ns.version = '1\n",
        ]
    )
    func computed(text: String) throws {
        let found = try read(text)
        #expect(found.names == [])
        #expect(found.problems.count == 1)
    }

    @Test(
        "What RubyGems keeps for itself in a comment counts where the code cannot be read",
        arguments: [
            ("# stub: i 1.5 ruby lib\ns.name = \"i\"\ns.version = I::VERSION\n", ["i 1.5"]),
            ("\u{feff}# encoding: utf-8\r\n# stub: c 1.0 x86_64-linux lib\0ext\r\ns.name = %q{c}\r\n", ["c 1.0"]),
            ("# stub: other 9 ruby lib\ns.name = \"a\"\ns.version = \"1\"\n", ["a 1"]),
            ("# stub: broken\ns.name = \"a\"\n", []), ("# stub: \n", []), ("# stub: a 1\n", []),
        ]
    )
    func stub(text: String, expected: [String]) throws {
        let found = try read(text)
        #expect(found.names == expected)
        #expect(found.problems.count == (expected.isEmpty ? 1 : 0))
    }

    @Test("Only specifications of installed gems are evidence")
    func places() {
        let selection = Catalogers.selection
        #expect(selection.catalogers(for: LayerPath("a/specifications/default/x.gemspec")).count == 1)
        #expect(selection.catalogers(for: LayerPath("a/gems/x/x.gemspec")).isEmpty)
    }
}
