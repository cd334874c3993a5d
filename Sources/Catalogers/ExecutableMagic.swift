package import ScanModel

/// The first bytes of program files.
package enum ExecutableMagic {
    private static let magics: [[UInt8]] = [
        [0x7f, 0x45, 0x4c, 0x46],  // ELF
        [0x4d, 0x5a],  // PE, behind its DOS stub
        [0xfe, 0xed, 0xfa, 0xce], [0xfe, 0xed, 0xfa, 0xcf],  // Mach-O, big-endian
        [0xce, 0xfa, 0xed, 0xfe], [0xcf, 0xfa, 0xed, 0xfe],  // Mach-O, little-endian
        [0xca, 0xfe, 0xba, 0xbe], [0xca, 0xfe, 0xba, 0xbf],  // Mach-O for several architectures
    ]

    /// Whether a file that starts with `bytes` is an ELF, PE or Mach-O file by its magic.
    package static func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
        magics.contains { bytes.starts(with: $0) }
    }

    /// Whether the file at `path` is worth a look at its first bytes.
    ///
    /// It has an executable bit, or may have lost it on its way into the image. Libraries and object files, which are
    /// many and rarely hold a whole program, need the bit; but not extension modules of Python, which often are programs
    /// in Rust or Go, and which archives of packages and their installers leave without it.
    package static func isLikely(_ path: LayerPath, hasExecutableBit: Bool) -> Bool {
        guard !hasExecutableBit else { return true }
        // Asked of every file of a layer, hence bytes.
        let name = path.name.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
        if name.suffix(extensionSuffix.count) == extensionSuffix[...],
            name.indices.contains(where: { start in extensionMarks.contains { name[start...].starts(with: $0) } })
        {
            return true
        }
        return !partSuffixes.contains { name.suffix($0.count) == $0[...] }
            && !name.indices.contains { name[$0...].starts(with: versionedLibrary) }
    }

    private static let extensionSuffix = Array(".so".utf8)
    /// What the names of extension modules hold before their ending (PEP 3149 and PEP 384).
    private static let extensionMarks = [".cpython-", ".abi3."].map { Array($0.utf8) }
    private static let versionedLibrary = Array(".so.".utf8)
    private static let partSuffixes = [".so", ".dll", ".dylib", ".ko", ".o", ".a", ".elc", ".pyc"].map {
        Array($0.utf8)
    }
}
