import Catalogers
import ScanModel
import TallymanTesting
import Testing

@Suite("Licences that package databases declare")
struct DeclaredLicenseTests {
    @Test(
        "apk's are SPDX expressions where they are recognised, and kept as they stand where not",
        arguments: [
            ("L:GPL-2.0-only\n", ["GPL-2.0-only"]), ("L:MIT AND BSD-2-Clause\n", ["MIT AND BSD-2-Clause"]),
            ("L:mit\n", ["MIT"]), ("L:GPL2+\n", ["GPL-2.0-or-later"]), ("L:custom  thing\n", ["custom thing"]),
            ("L:MIT BSD GPL2+\n", ["MIT BSD GPL2+"]), ("L:\n", []), ("", []), ("L:A\u{1}\n", []),
            ("L:GPL-2.0-or-later OR\n", ["GPL-2.0-or-later OR"]),
        ]
    )
    func apk(line: String, expected: [String]) throws {
        let found = try catalog("lib/apk/db/installed", "P:a\nV:1-r0\n\(line)\n")
        #expect(found.packages.map(\.package.licenses) == [expected])
    }

    @Test("pacman's lists hold one licence a line")
    func alpm() throws {
        let text = "%NAME%\na\n\n%VERSION%\n1-1\n\n%LICENSE%\nGPL2\ncustom:b\nGPL2\nMIT\n\n"
        let found = try catalog("var/lib/pacman/local/a-1-1/desc", text)
        #expect(found.packages.map(\.package.licenses) == [["GPL-2.0-only", "MIT", "custom:b"]])
    }

    // Package Manager Specification 8.2: all of a list, any of what follows `||`, a condition before `?`.
    @Test(
        "Portage's lists, choices and conditions",
        arguments: [
            ("GPL-2+ LGPL-2.1+\n", ["GPL-2.0-or-later", "LGPL-2.1-or-later"]), ("BSD MIT", ["BSD-3-Clause", "MIT"]),
            ("|| ( GPL-2 MIT )", ["GPL-2.0-only OR MIT"]),
            ("ISC || ( GPL-2 ( MIT BSD ) )", ["ISC AND (GPL-2.0-only OR MIT AND BSD-3-Clause)"]),
            ("|| ( MIT", ["MIT"]), ("|| ( house", ["|| ( house"]), ("( )", ["( )"]), (") a (", [") a ("]),
            ("doc? ( FDL-1.3 ) MIT", ["doc? ( FDL-1.3 ) MIT"]), ("|| ( house MIT )", ["(house OR MIT)"]), ("", []),
        ]
    )
    func portage(text: String, expected: [String]) throws {
        #expect(try catalog("var/db/pkg/app-misc/a-1/LICENSE", text).licenses == expected)
    }

    @Test("Damaged lists of Portage never trap")
    func fuzz() throws {
        let bytes = Array("A || ( B ( C D ) ) E? ( F )".utf8)
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            var copy = bytes
            for _ in 0...random.below(4) { copy[random.below(copy.count)] = bytes[random.below(bytes.count)] }
            _ = try catalog("var/db/pkg/app-misc/a-1/LICENSE", Array(copy[..<random.below(copy.count)]))
        }
        let deep = String(repeating: "|| ( ", count: 1000)
        #expect(try read("var/db/pkg/app-misc/a-1/LICENSE", deep).problems.count == 1)
    }
}
