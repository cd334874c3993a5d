import Bytes
import GoBuildInfo
import TallymanTesting
import Testing

@Suite("Hostile executables") struct GoBuildHostileTests {
    private static let text = "path\tx\nmod\tx\tv1.0.0\t\ndep\ty\tv1.0.0\t\nbuild\ta=\"b\\n\\x41\\u00e9\"\n"

    private func survives(_ bytes: [UInt8]) {
        do {
            let build = try GoBuildReader.read(FileBytes(bytes))
            #expect(build?.goVersion.isEmpty != true)
        } catch { #expect(!error.message.isEmpty) }
    }

    private func samples(_ container: ExecutableBuilder.Container) -> [[UInt8]] {
        [
            ExecutableBuilder.wrap(ExecutableBuilder.inline("go1.22.1", Self.text), in: container),
            ExecutableBuilder.wrap(ExecutableBuilder.pointers("go1.22.1", Self.text, in: container), in: container),
        ]
    }

    @Test("Every truncation is survived", arguments: ExecutableBuilder.Container.allCases)
    func truncation(container: ExecutableBuilder.Container) {
        for sample in samples(container) {
            for length in sample.indices { survives(Array(sample.prefix(length))) }
        }
    }

    @Test("Every flipped byte is survived", arguments: ExecutableBuilder.Container.allCases)
    func flips(container: ExecutableBuilder.Container) {
        for sample in samples(container) {
            for index in sample.indices where sample[index] != 0 || index < 0x200 {
                for mask in [0xff, 0x80, 0x01] as [UInt8] {
                    var bytes = sample
                    bytes[index] ^= mask
                    survives(bytes)
                }
            }
        }
    }

    @Test("Seeded damage to headers is survived", arguments: ExecutableBuilder.Container.allCases)
    func fuzz(container: ExecutableBuilder.Container) {
        var random = SeededRandom(seed: 7)
        for sample in samples(container) {
            for _ in 0..<500 {
                var bytes = sample
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    let index = Int.random(in: 0..<ExecutableBuilder.dataOffset + 64, using: &random)
                    bytes[min(index, bytes.count - 1)] = [0, 0xff, 0x7f, 0x80, 1].randomElement(using: &random) ?? 0
                }
                survives(bytes)
            }
        }
    }

    @Test("A string header that points at itself ends")
    func cycle() throws {
        var data = ExecutableBuilder.pointers("go1.22.1", Self.text, in: .elf64)
        data.replaceSubrange(32..<40, with: ExecutableBuilder.bytes(ExecutableBuilder.dataAddress + 32, 8))
        survives(ExecutableBuilder.wrap(data, in: .elf64))
        data.replaceSubrange(16..<24, with: ExecutableBuilder.bytes(ExecutableBuilder.dataAddress, 8))
        survives(ExecutableBuilder.wrap(data, in: .elf64))
    }

    @Test("A string longer than the limit is refused with its size")
    func limit() {
        let data = ExecutableBuilder.inline("go1.22.1", String(repeating: "dep\ta\tv1\n", count: 100))
        let file = FileBytes(ExecutableBuilder.wrap(data, in: .elf64))
        #expect(throws: GoBuildError(code: .limit, message: "string of 932 bytes, limit 500")) {
            try GoBuildReader.read(file, limits: GoBuildLimits(maxModuleInfoBytes: 500))
        }
    }

    @Test("Modules above the limit are left out with a problem")
    func modules() throws {
        let text = (0..<50).map { "dep\tm\($0)\tv1.0.0\t\n" }.joined()
        let file = FileBytes(ExecutableBuilder.wrap(ExecutableBuilder.inline("go1.22.1", text), in: .elf64))
        let build = try GoBuildReader.read(file, limits: GoBuildLimits(maxModules: 10))
        #expect(build?.dependencies.count == 10)
        #expect(build?.problems.count == 1)
    }

    @Test("Thousands of unaligned headers are passed over in one pass")
    func unaligned() throws {
        let magic: [UInt8] = [0xff] + Array(" Go buildinf:".utf8) + [0, 0]
        let data: [UInt8] = [0] + [[UInt8]](repeating: magic, count: 20_000).joined()
        let bytes = ExecutableBuilder.wrap(data, in: .elf64NoSections)
        #expect(try GoBuildReader.read(FileBytes(bytes)) == nil)
    }
}
