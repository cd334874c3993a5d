import Bytes
import Catalogers
import ScanModel
import TallymanTesting
import Testing

private let path = "usr/share/doc/a/copyright"
private let header = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"

@Suite("Licences of Debian packages")
struct DebianCopyrightTests {
    // Values of copyright-format 1.0, "License specification" and its examples.
    @Test(
        "A machine-readable file names licences in its fields, each once, as SPDX expressions where they are known",
        arguments: [
            ("License: GPL-2+\n text\n\nLicense: GPL-2+\n", ["GPL-2.0-or-later"]),
            ("Files: *\nLicense: Expat\n\nFiles: debian/*\nLicense: GPL-3\n", ["GPL-3.0-only", "MIT"]),
            ("License: GPL-2+ or Artistic-2.0\n", ["GPL-2.0-or-later OR Artistic-2.0"]),
            (
                "License: GPL-2+ or Artistic-2.0, and ISC\n", ["(GPL-2.0-or-later OR Artistic-2.0) AND ISC"]
            ),
            ("License: MPL-1.1 and GPL-2, or ISC\n", ["MPL-1.1 AND GPL-2.0-only OR ISC"]),
            (
                "License: GPL-3+ with Autoconf-exception-3.0\n",
                ["GPL-3.0-or-later WITH Autoconf-exception-3.0"]
            ),
            ("License: BSD-like, and odd\nLicense: public-domain\n", ["BSD-like, and odd", "public-domain"]),
            ("LICENSE:ISC\r\nlicense:\t ISC \r\n", ["ISC"]),
            ("License:\n only text\n\n License: MIT\nLicensed: MIT\nLicense MIT\nLicense: None\nLicense", []),
        ]
    )
    func machineReadable(body: String, expected: [String]) throws {
        let found = try catalog(path, header + body)
        #expect(found.licenses == expected)
        #expect(found.packages.isEmpty)
        #expect(found.problems.isEmpty)
    }

    @Test("The texts of a machine-readable file's licences add nothing, even where they name common licences")
    func textsAddNothing() throws {
        let text = "License: GPL-2+\n On Debian systems, see /usr/share/common-licenses/GPL-2.\n"
        #expect(try catalog(path, "\n\u{feff}Files: x\n\n" + text).licenses == ["GPL-2.0-or-later"])
        #expect(try catalog(path, header + text).licenses == ["GPL-2.0-or-later"])
        #expect(try catalog(path, "\u{feff}" + header + text).licenses == ["GPL-2.0-or-later"])
        #expect(try catalog(path, "\n\n" + header + text).licenses == ["GPL-2.0-or-later"])
        let bare = "Format-Specification: svn://svn.debian.org/dep5\nLicense:\n /usr/share/common-licenses/GPL-3\n"
        #expect(try catalog(path, bare).licenses == ["GPL-3.0-only"])
    }

    // Debian Policy 12.5: what is in /usr/share/common-licenses is referred to.
    @Test(
        "Prose names licences by the files of the common ones",
        arguments: [
            ("see `/usr/share/common-licenses/GPL-2'.", ["GPL-2.0-only"]),
            (
                "version 2, or (at your option) any later\n  version. See /usr/share/common-licenses/GPL-2.",
                ["GPL-2.0-or-later"]
            ),
            (
                "any later version: /usr/share/common-licenses/LGPL-2.1, and\n/usr/share/common-licenses/GPL-3.\n",
                ["GPL-3.0-only", "LGPL-2.1-or-later"]
            ),
            ("'/usr/share/common-licenses/Apache-2.0'", ["Apache-2.0"]),
            ("/usr/share/common-licenses/BSD", ["BSD-3-Clause"]),
            ("/usr/share/common-licenses/GPL", ["GPL-1.0-or-later"]),
            ("later version /usr/share/common-licenses/Artistic", ["Artistic-1.0"]),
            ("/usr/share/common-licenses/GFDL-1.3", ["GFDL-1.3-only"]),
            ("any latter version, the later\u{0}version /usr/share/common-licenses/GPL-2", ["GPL-2.0-only"]),
            ("/usr/share/common-licenses/House-1", ["House-1"]),
            ("/usr/share/common-licenses/ /usr/share/common-licenses/. /usr/share/common-licenses", []),
            ("License: MIT\nLicense: you may not\n", ["MIT"]), ("No licence at all.", []), ("", []),
        ]
    )
    func prose(text: String, expected: [String]) throws {
        #expect(try catalog(path, text).licenses == expected)
    }

    @Test("The words of one notice do not open the licence named in the next")
    func notices() throws {
        let far = "any later version" + String(repeating: " ", count: 3000) + "/usr/share/common-licenses/GPL-2"
        #expect(try catalog(path, far).licenses == ["GPL-2.0-only"])
    }

    @Test("Bytes that are not UTF-8, control characters and endless names cost nothing but themselves")
    func damaged() throws {
        var bytes = Array((header + "License: A\u{1}B\nLicense: Caf").utf8)
        bytes += [0xe9, 0x0a]
        bytes += Array("License: \(String(repeating: "x", count: 5000))\nLicense: ISC\n".utf8)
        let found = try catalog(path, bytes).licenses
        #expect(found.contains("ISC") && found.contains("Caf\u{fffd}"))
        #expect(found.allSatisfy { $0.utf8.count <= 1024 && !$0.contains("\u{1}") })
    }

    @Test("A file that is too long, or names too many licences, is read in part and says so")
    func bounds() throws {
        let long = header + "License: ISC\n" + String(repeating: " text\n", count: 800_000) + "License: MIT\n"
        let cut = try catalog(path, long)
        #expect(cut.licenses == ["ISC"])
        #expect(cut.problems.count == 1)
        let many = try catalog(path, header + (0..<2000).map { "License: house-\($0)\n" }.joined())
        #expect(many.licenses.count == 1000)
        #expect(many.problems.count == 1)
    }

    @Test("Truncated and changed files give licences or none, never a trap")
    func fuzz() throws {
        let texts = [
            header + "License: GPL-2+ or Artistic-2.0, and ISC\n x\n\nLicense: Expat\n",
            "any later version. /usr/share/common-licenses/GPL-2.\nLicense: MIT\n/usr/share/common-licenses/BSD",
        ]
        for (seed, text) in texts.enumerated() {
            let bytes = Array(text.utf8)
            for length in bytes.indices { _ = try catalog(path, Array(bytes[..<length])) }
            var random = SeededRandom(seed: UInt64(seed))
            for _ in 0..<500 {
                var copy = bytes
                for _ in 0...random.below(4) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
                let found = try catalog(path, copy).licenses
                #expect(found == found.sorted())
            }
        }
    }

    @Test(
        "Only the file in a package's own folder counts",
        arguments: [
            ("usr/share/doc/a/copyright", true), ("srv/root/usr/share/doc/a/copyright", true),
            ("usr/share/doc/copyright", false), ("usr/share/doc/a/b/copyright", false),
            ("usr/share/doc/a/copyright.txt", false), ("opt/doc/a/copyright", false),
        ]
    )
    func places(path: String, isEvidence: Bool) {
        #expect(Catalogers.selection.catalogers(for: LayerPath(path)).isEmpty != isEvidence)
    }

    @Test("Such a file names no package, so whose it is need not be noted")
    func notOwned() {
        #expect(!Catalogers.selection.isEvidence(LayerPath(path)))
    }
}
