import Bytes
import Executables
import ScanModel

/// Linux kernels, from the header of their boot images, and kernel modules, from what `modinfo` shows of them.
///
/// x86 boot images point to their version (Linux, Documentation/arch/x86/boot.rst, `kernel_version`); an uncompressed
/// image has it in its banner. Compressed modules are not read.
struct KernelCataloger: Cataloger {
    let name = CatalogerName.kernel
    let version = 1
    let maxFileBytes = EvidenceBound.binary
    // Kernels that firmware can start are PE files too.
    let selectors: [PathSelector] =
        ["kernel", "vmlinux", "vmlinuz", "bzImage", "zImage"].map { .programStem($0) }
        + ["vmlinuz", "bzImage"].map { .name($0, parentSuffixes: []) } + [.suffixBelow(".ko", directory: "modules")]

    private static let maxModinfoBytes = 1 << 20
    private static let maxVersionBytes = 128

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        if String(decoding: file.path.name, as: UTF8.self).lowercased().hasSuffix(".ko") {
            if let module = module(file.bytes) { found.packages = [CatalogedPackage(module)] }
        } else if let version = bootImageVersion(file.bytes) ?? bannerVersion(file.bytes) {
            found.packages = [CatalogedPackage(Package(type: .linuxKernel, name: "linux-kernel", version: version))]
        }
        return found
    }

    /// `HdrS` at 0x202; the offset at 0x20e counts from 0x200 and leads to a text that starts with the version.
    private func bootImageVersion(_ file: FileBytes) -> String? {
        guard file.hasBytes(Array("HdrS".utf8), at: 0x202), let offset: UInt16 = file.integer(at: 0x20e), offset > 0
        else { return nil }
        return word(file, at: 0x200 + Int(offset))
    }

    /// `Linux version 6.1.0-13-amd64 (…`, in an ELF image or one for ARM that is not compressed.
    private func bannerVersion(_ file: FileBytes) -> String? {
        let isARM = file.hasBytes(Array("ARMd".utf8), at: 0x38)
        let isELF = file.hasBytes([0x7f, 0x45, 0x4c, 0x46])
        guard isARM || isELF else { return nil }
        let banner = Array("Linux version ".utf8)
        var from = 0
        // The first places may be format strings.
        for _ in 0..<16 {
            guard let hit = file.firstOffset(of: banner, from: from) else { return nil }
            if let version = word(file, at: hit + banner.count) { return version }
            from = hit + 1
        }
        return nil
    }

    /// The text up to a blank, if it starts with a digit.
    private func word(_ file: FileBytes, at offset: Int) -> String? {
        var bytes: [UInt8] = []
        while bytes.count < Self.maxVersionBytes, let byte = file.u8(at: offset + bytes.count), byte > 32, byte < 127 {
            bytes.append(byte)
        }
        guard let first = bytes.first, first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9"),
            bytes.contains(UInt8(ascii: "."))
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads `key=value` texts with zeros between them.
    ///
    /// A module without a version of its own has that of the kernel that it was built for.
    private func module(_ file: FileBytes) -> Package? {
        guard let section = ExecutableImage.read(file, wanted: [".modinfo"])?.sections[".modinfo"]?.fileRange,
            let bytes = file.bytes(at: section.lowerBound, count: min(section.count, Self.maxModinfoBytes))
        else { return nil }
        var values: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = String(decoding: entry[..<equals], as: UTF8.self)
            if Self.modinfoKeys.contains(key) { values[key] = entry[(equals + 1)...].prefix(256).trimmedText }
        }
        guard let name = values["name"], !name.isEmpty, values["vermagic"]?.isEmpty == false else { return nil }
        let version = [values["version"], values["vermagic"]?.split(separator: " ").first.map(String.init)]
            .compactMap(\.self).first { !$0.isEmpty }
        return version.map {
            Package(type: .linuxKernelModule, name: name, version: $0, licenses: [values["license"]].compactMap(\.self))
        }
    }

    private static let modinfoKeys: Set<String> = ["name", "version", "vermagic", "license"]
}
