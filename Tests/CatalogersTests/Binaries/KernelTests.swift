import Bytes
import Catalogers
import ScanModel
import TallymanTesting
import Testing

@Suite("Linux kernels and modules")
struct KernelTests {
    /// The setup header of a boot image that is a PE file too (Linux, Documentation/arch/x86/boot.rst).
    private static func image(_ version: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 0x400)
        bytes.replaceSubrange(0..<2, with: [0x4d, 0x5a])
        bytes.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        bytes.replaceSubrange(0x20e..<0x210, with: [0x00, 0x01])
        bytes.replaceSubrange(0x300..<0x300 + version.utf8.count, with: Array(version.utf8))
        return bytes
    }

    private func found(_ path: String, _ bytes: [UInt8]) -> [Package] {
        catalogProgram(path, bytes).flatMap(\.packages).map(\.package)
    }

    @Test("A boot image has its version where its header points, a plain image in its banner")
    func images() {
        let version = "5.10.121-linuxkit (root@buildkitsandbox) #1 SMP"
        let kernel = found("boot/vmlinuz-5.10.121-linuxkit", Self.image(version))
        #expect(kernel == [Package(type: .linuxKernel, name: "linux-kernel", version: "5.10.121-linuxkit")])
        #expect(kernel.first?.cpes == ["cpe:2.3:o:linux:linux_kernel:5.10.121-linuxkit:*:*:*:*:*:*:*"])
        let plain = ProgramBytes.holding("Linux version %s (%s)\0Linux version 6.1.0-13-amd64 (debian")
        #expect(found("boot/vmlinux", plain).map(\.version) == ["6.1.0-13-amd64"])
        #expect(found("usr/bin/kernel-tool", ProgramBytes.holding("x")) == [])
    }

    @Test("A module has its own version, or that of the kernel it was built for")
    func modules() {
        func module(_ info: String) -> [UInt8] {
            var file = ElfFile()
            file.section(".modinfo", Array(info.utf8))
            return file.bytes
        }
        let path = "lib/modules/5.15.0-1031-aws/kernel/zfs/zzstd.ko"
        let base = "license=Dual BSD/GPL\0name=zzstd\0vermagic=5.15.0-1031-aws SMP mod_unload modversions\0"
        let own = found(path, module("version=1.4.5a\0" + base))
        #expect(own.map { "\($0.type.rawValue) \($0.name) \($0.version)" } == ["linux-kernel-module zzstd 1.4.5a"])
        #expect(found(path, module(base)).map(\.version) == ["5.15.0-1031-aws"])
        #expect(found(path, module("name=x\0")) == [])
    }

    @Test("Damaged images and modules never trap")
    func damaged() {
        let image = Self.image("6.1.0 x")
        var random = SeededRandom(seed: 1)
        for _ in 0..<300 {
            var copy = Array(image.prefix(2 + random.below(image.count - 2)))
            copy[random.below(copy.count)] = UInt8(random.below(256))
            _ = found("boot/vmlinuz", copy)
        }
    }
}
