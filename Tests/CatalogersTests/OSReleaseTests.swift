import Catalogers
import ScanModel
import Testing

@Suite("The distribution")
struct OSReleaseTests {
    // os-release(5): shell-like values, with quotes and backslashes.
    @Test(
        "Values are unquoted as a shell would",
        arguments: [
            ("ID=debian", "debian"), ("ID=\"debian\"", "debian"), ("ID='debian'", "debian"),
            ("  ID = Debian  ", "debian"), ("ID=\"\"\nNAME=x", ""),
            ("ID=\"a\\\"b\\\\c\\$\"", "a\"b\\c$"), ("ID='a\\b'", "a\\b"), ("ID=\"open", "\"open"), ("ID=\"\\", "\""),
            ("ID=debian # a comment", "debian"), ("ID=\"debian\"\t# x", "debian"), ("ID='a # b'", "a # b"),
            ("ID=a#b", "a#b"), ("ID='a\\' # c", "a\\"), ("ID=\"a\\\\\" # c", "a\\"), ("#ID=no\nID=yes", "yes"),
            ("ID=one\r\nID=two\r\n", "two"),
        ]
    )
    func quoting(text: String, id: String) throws {
        #expect(try catalog("etc/os-release", text).distro?.id == id)
    }

    @Test("Every field that is used")
    func fields() throws {
        let text =
            "PRETTY_NAME=\"Rocky 9\"\nNAME=Rocky\nID=rocky\nID_LIKE=\"rhel CentOS fedora\"\nVERSION_ID=9.3\nVERSION_CODENAME=blue\n"
        let expected = Distro(
            id: "rocky",
            versionID: "9.3",
            name: "Rocky 9",
            idLike: ["rhel", "centos", "fedora"],
            codename: "blue"
        )
        #expect(try catalog("usr/lib/os-release", text).distro == expected)
    }

    // os-release of Linux Mint 22, LMDE 6, elementary OS 7, Pop!_OS 22.04, Zorin OS 17, Ubuntu 24.04 and openEuler.
    @Test(
        "A derivative's codename is that of the release which it is built from, where it is told",
        arguments: [
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble", "noble"),
            ("ID=linuxmint\nID_LIKE=debian\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm", "bookworm"),
            ("ID=elementary\nID_LIKE=ubuntu\nVERSION_CODENAME=horus\nUBUNTU_CODENAME=jammy", "jammy"),
            ("ID=pop\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy", "jammy"),
            ("ID=zorin\nID_LIKE=\"ubuntu debian\"\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy", "jammy"),
            ("ID=zorin\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=", "jammy"),
            ("ID=ubuntu\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=other", "noble"), ("ID=ubuntu", nil),
            ("ID=openEuler\nVERSION_ID=22.03\nVERSION=\"22.03 (LTS-SP3)\"", "LTS-SP3"),
            ("ID=openEuler\nVERSION_ID=22.03\nVERSION=\"22.03 LTS\"", "LTS"),
            ("ID=openEuler\nVERSION_ID=24.03\nVERSION=\"24.03 (LTS)\"", "LTS"),
            ("ID=openEuler\nVERSION_ID=23.09\nVERSION=\"23.09\"", nil), ("ID=openEuler\nVERSION=\"22.03 LTS\"", nil),
            ("ID=openEuler\nVERSION=\"()\"", nil),
        ] as [(String, String?)]
    )
    func derivatives(text: String, codename: String?) throws {
        #expect(try catalog("etc/os-release", text).distro?.codename == codename)
    }

    @Test("A file that names nothing is a problem", arguments: ["", "\n", "VERSION_ID=3", "=", "ID", "\u{0}"])
    func nothing(text: String) throws {
        let found = try catalog("etc/os-release", text)
        #expect(found.distro == nil)
        #expect(found.problems.count == 1)
    }

    @Test(
        "Older distributions have files of their own",
        arguments: [
            ("etc/alpine-release", "3.19.1\n", "alpine", "3.19.1"),
            ("etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7.9.2009"),
            ("etc/redhat-release", "Red Hat Enterprise Linux release 8.9 (Ootpa)\n", "rhel", "8.9"),
            ("etc/redhat-release", "Fedora release 39 (Thirty Nine)\n", "fedora", "39"),
            ("etc/fedora-release", "Fedora release 29 (Twenty Nine)\n", "fedora", "29"),
            ("usr/lib/os.release.d/os-release-fedora", "ID=fedora\nVERSION_ID=29\n", "fedora", "29"),
        ]
    )
    func older(path: String, text: String, id: String, version: String) throws {
        let distro = try catalog(path, text).distro
        #expect(distro?.id == id)
        #expect(distro?.versionID == version)
    }

    @Test(
        "A file of megabytes gives no distribution a name of megabytes",
        arguments: ["etc/alpine-release", "etc/redhat-release", "etc/os-release"]
    )
    func huge(path: String) throws {
        let long = String(repeating: "9", count: 4 << 20)
        let distro = try catalog(path, "fedora release 3\(long)\nID=x\nVERSION_ID=\(long)\n").distro
        #expect([distro?.id, distro?.versionID, distro?.name].allSatisfy { ($0?.utf8.count ?? 0) <= 1100 })
        #expect(distro != nil)
    }

    @Test("Of the folder of variants only the files of that form count")
    func variants() throws {
        let found = try catalog("usr/lib/os.release.d/presets", "ID=no\n")
        #expect(found.distro == nil)
        #expect(found.problems == [])
    }

    @Test("A copy below some folder says nothing about the image")
    func copies() throws {
        let found = try catalog("srv/chroot/etc/os-release", "ID=other\n")
        #expect(found.distro == nil)
        #expect(found.problems == [])
    }
}
