import Bytes
import Catalogers
import ScanModel

/// Made-up program files: the magic of ELF and the texts that a test needs, with other bytes between them.
enum ProgramBytes {
    static let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]

    /// A program that holds `text`, in which `\0` is a zero byte.
    static func holding(_ text: String) -> [UInt8] { elf + [0xff] + Array(text.utf8) + [0xff] }
}

/// What the catalogers that want `path`, as it is named and as a program, find in it.
func catalogProgram(_ path: String, _ bytes: [UInt8]) -> [CatalogedFile] {
    let selection = Catalogers.selection
    let layerPath = LayerPath(path)
    let isProgram = bytes.withUnsafeBytes { ExecutableMagic.matches($0) }
    let wanted =
        selection.catalogers(for: layerPath)
        + (isProgram ? selection.programCatalogers(for: layerPath) + selection.executableCatalogers : [])
    let file = EvidenceFile(path: layerPath, bytes: FileBytes(bytes))
    return Array(Set(wanted)).sorted().map { selection.catalogers[$0].catalog(file) }
}

/// `name version` of each package that is found in a program which holds `text`.
func programs(_ path: String, _ text: String) -> [String] {
    catalogProgram(path, ProgramBytes.holding(text)).flatMap(\.names)
}
