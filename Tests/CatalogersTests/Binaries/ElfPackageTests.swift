import Bytes
import Catalogers
import ScanModel
import TallymanTesting
import Testing

@Suite("Notes that executables carry about their package")
struct ElfPackageTests {
    /// As `readelf --notes` shows it of Fedora 40's bash.
    private static let fedora = """
        {"type":"rpm","name":"bash","version":"5.2.26-3.fc40","architecture":"x86_64",\
        "osCpe":"cpe:/o:fedoraproject:fedora:40"}
        """

    private static func program(_ text: String, owner: String = "FDO", type: UInt32 = 0xcafe_1a7e) -> [UInt8] {
        var file = ElfFile()
        let other = ElfFile.note(owner: "GNU", type: 3, [1, 2, 3, 4, 5])
        file.section(".note.package", other + ElfFile.note(owner: owner, type: type, Array(text.utf8) + [0]))
        return file.bytes
    }

    private func packages(_ bytes: [UInt8]) -> [Package] {
        catalogProgram("usr/bin/x", bytes).flatMap(\.packages).map(\.package)
    }

    private func problems(_ bytes: [UInt8]) -> [String] { catalogProgram("usr/bin/x", bytes).flatMap(\.problems) }

    @Test("A package of a known manager has its type and architecture")
    func managed() {
        #expect(
            packages(Self.program(Self.fedora))
                == [Package(type: .rpm, name: "bash", version: "5.2.26-3.fc40", arch: "x86_64")]
        )
    }

    @Test("Anything else is a binary, with the system as the namespace of its purl")
    func unmanaged() {
        let found = packages(
            Self.program(#"{"type":"testfixture","license":"MIT","system":"sys","name":"lib","version":"0.01"}"#)
        )
        #expect(found == [Package(type: .binary, name: "lib", version: "0.01", licenses: ["MIT"], group: "sys")])
        #expect(found.map { $0.purl(distro: nil) } == ["pkg:generic/sys/lib@0.01"])
    }

    @Test(
        "A note that names nothing is no package",
        arguments: [
            "{}", #"{"name":"x","version":""}"#, #"{"name":"","version":"1"}"#, #"{"type":"deb","os":"ubuntu"}"#,
        ]
    )
    func empty(text: String) {
        #expect(packages(Self.program(text)) == [])
        #expect(problems(Self.program(text)) == [])
    }

    @Test("Damaged notes are problems")
    func damaged() {
        #expect(problems(Self.program("{")) == ["the package note is not valid JSON"])
        #expect(problems(Self.program(#"{"name":7,"version":"1"}"#)) == ["the package note is not valid JSON"])
        #expect(problems(Self.program(Self.fedora, owner: "XYZ")) == ["the package note is damaged"])
        #expect(problems(Self.program(Self.fedora, type: 1)) == ["the package note is damaged"])
        var huge = ElfFile()
        huge.section(".note.package", [UInt8](repeating: 0, count: 70_000))
        #expect(problems(huge.bytes).count == 1)
    }

    @Test("Truncated and changed files give packages or problems, never a trap")
    func hostile() {
        let bytes = Self.program(Self.fedora)
        for length in 4..<bytes.count { _ = packages(Array(bytes[..<length])) }
        var random = SeededRandom(seed: 3)
        for _ in 0..<3000 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[4 + random.below(copy.count - 4)] = UInt8(random.below(256)) }
            _ = catalogProgram("lib/modules/1/x.ko", copy)
        }
    }

    @Test("A packed executable is told of, a program that only names the packer is not")
    func packed() {
        let packed = ProgramBytes.elf + [UInt8](repeating: 0, count: 200) + Array("UPX!".utf8)
        #expect(problems(packed) == ["packed executable: nothing in it was read"])
        let naming = ProgramBytes.elf + [UInt8](repeating: 0, count: 9000) + Array("UPX!".utf8)
        #expect(problems(naming) == [])
    }
}
