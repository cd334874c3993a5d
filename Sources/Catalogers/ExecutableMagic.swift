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
}
