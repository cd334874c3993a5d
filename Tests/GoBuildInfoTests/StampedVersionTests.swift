import Bytes
import GoBuildInfo
import Testing

/// Programs built with `-trimpath` or without modules, whose version the linker wrote into a variable.
@Suite("Versions that the linker stamped into variables") struct StampedVersionTests {
    private static let trimmed = "path\texample.org/tool\nmod\texample.org/tool\t(devel)\t\nbuild\t-trimpath=true\n"
    private static let commit = "build\tvcs.revision=0123456789abcdef\nbuild\tvcs.time=2024-01-31T12:00:01Z\n"

    private func version(_ texts: [String], stray: [String] = [], _ text: String = trimmed) throws -> String? {
        try GoBuildReader.read(FileBytes(ExecutableBuilder.stamped(text, texts, stray: stray)))?.mainVersion
    }

    @Test(
        "The only version that a variable points at is the program's",
        arguments: [
            (["v7.8.9"], "v7.8.9"), (["7.8.9"], "v7.8.9"), (["1.2.3-rc.1+meta"], "v1.2.3-rc.1+meta"),
            // As Debian stamps its own revision beside the release.
            (["1.5.0-1+b6", "1.5.0"], "v1.5.0"), (["1.1.5+ds1", "1.1.5+ds1-1+deb12u1"], "v1.1.5+ds1"),
            (["v1.5.0", "1.5.0"], "v1.5.0"),
            // Two programs' versions, of which one is a library's.
            (["1.5.0", "1.5.01"], "(devel)"), (["v1.5.0", "v1.25.3"], "(devel)"),
            // No versions of modules.
            (["1.6.20~ds1"], "(devel)"), (["0.4.7+ds-3+b7"], "(devel)"), (["1.2.3-"], "(devel)"),
            (["1.2.3rc1"], "(devel)"), (["1.2"], "(devel)"), (["20240131"], "(devel)"), (["1.2.3 (x)"], "(devel)"),
            ([String(repeating: "1", count: 60) + ".2.3"], "(devel)"), ([], "(devel)"),
        ] as [([String], String)]
    )
    func stamped(texts: [String], expected: String) throws {
        #expect(try version(texts) == expected)
    }

    @Test("A text that no variable points at is some library's")
    func stray() throws {
        #expect(try version([], stray: ["3.39.4"]) == "(devel)")
        #expect(try version(["v7.8.9"], stray: ["3.39.4", "1.2.13"]) == "v7.8.9")
        // More of them than any program has.
        #expect(try version(["v7.8.9"], stray: (0..<5000).map { "1.2.\($0)" }) == "(devel)")
    }

    @Test("It counts below what the flags say and above the commit, and where there are no modules")
    func order() throws {
        let flags = Self.trimmed + "build\t-ldflags=\"-X main.version=1.0.0\"\n"
        #expect(try version(["v7.8.9"], flags) == "v1.0.0")
        #expect(try version(["v7.8.9"], Self.trimmed + "build\t-ldflags=-s\n") == "(devel)")
        #expect(try version(["v7.8.9"], Self.trimmed + Self.commit) == "v7.8.9")
        #expect(try version([], Self.trimmed + Self.commit) == "v0.0.0-20240131120001-0123456789ab")
        #expect(try version(["1.1.1"], "path\tfilippo.io/age/cmd/age\n") == "v1.1.1")
        #expect(try version(["v7.8.9"], "path\tx\nmod\tx\tv1.0.0\t\n") == "v1.0.0")
    }

    @Test("Every truncation and every flipped byte is survived", arguments: [0xff, 0x01, 0x80] as [UInt8])
    func damaged(mask: UInt8) {
        let whole = ExecutableBuilder.stamped(Self.trimmed, ["1.5.0", "1.5.0-1"], stray: ["3.39.4"])
        for index in 0..<whole.count {
            var bytes = whole
            bytes[index] ^= mask
            // Damage throws, or else gives some version: nothing of it traps.
            _ = try? GoBuildReader.read(FileBytes(bytes))
            _ = try? GoBuildReader.read(FileBytes(Array(whole.prefix(index))))  // likewise
        }
    }
}

extension ExecutableBuilder {
    /// A 64-bit ELF file with constants in `.rodata`, among them `texts`, each with a string variable that points at it,
    /// and `stray`, with none.
    fileprivate static func stamped(_ moduleText: String, _ texts: [String], stray: [String]) -> [UInt8] {
        var data = inline("go1.22.1", moduleText)
        data += Array(repeating: 0, count: (16 - data.count % 16) % 16)
        let variables = data.count
        let constants = variables + 16 * texts.count
        // As in a table of numbers.
        var place: [UInt8] = [0xff, 0xff, 0x0f, 0x00]
        for text in texts {
            data += bytes(dataAddress + constants + place.count, 8) + bytes(text.utf8.count, 8)
            place += Array(text.utf8) + [0, 0xff]
        }
        for text in stray { place += [0] + Array(text.utf8) + [0] }
        data += place

        let names = [0] + Array(".go.buildinfo".utf8) + [0] + Array(".rodata".utf8) + [0]
        let table = dataOffset + data.count + names.count
        var out: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
        out += bytes(2, 2) + bytes(62, 2) + bytes(1, 4) + bytes(0, 8) + bytes(64, 8)
        out += bytes(table, 8) + bytes(0, 4) + bytes(64, 2) + bytes(56, 2) + bytes(1, 2) + bytes(64, 2)
        out += bytes(4, 2) + bytes(1, 2)
        out += bytes(1, 4) + bytes(6, 4) + bytes(dataOffset, 8) + bytes(dataAddress, 8) + bytes(0, 8)
        out += bytes(constants, 8) + bytes(constants, 8) + bytes(4096, 8)
        out += Array(repeating: 0, count: dataOffset - out.count) + data + names
        func section(_ name: Int, _ offset: Int, _ size: Int) -> [UInt8] {
            let address = dataAddress + max(0, offset - dataOffset)
            return bytes(name, 4) + bytes(1, 4) + bytes(0, 8) + bytes(address, 8) + bytes(offset, 8) + bytes(size, 8)
                + bytes(0, 24)
        }
        return out + section(0, 0, 0) + section(0, table - names.count, names.count)
            + section(1, dataOffset, variables) + section(15, dataOffset + constants, place.count)
    }
}
