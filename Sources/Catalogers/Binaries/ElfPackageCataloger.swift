import Bytes
import Executables
import Foundation
import ScanModel

/// Packages that executables and libraries name themselves in a note, a JSON object (systemd, "Package Metadata for
/// Executable Files"; ELF notes: System V gABI, chapter 5, "Note Section").
struct ElfPackageCataloger: Cataloger {
    let name = CatalogerName.elfPackage
    let version = 4
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.executable, .library(mark: Array("FDO\0".utf8))]

    /// Real notes have some hundred bytes.
    private static let maxNoteBytes = 64 * 1024
    private static let section = ".note.package"
    private static let noteType: UInt32 = 0xcafe_1a7e

    /// Fields of the wrong type make the whole note unreadable, as the specification has them all as strings.
    private struct Note: Decodable {
        var type: String?
        var name: String?
        var version: String?
        var architecture: String?
        var license: String?
        var system: String?
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var found = CatalogedFile()
        let image = ExecutableImage.read(file.bytes, wanted: [Self.section])
        guard let section = image?.sections[Self.section]?.fileRange else { return found }
        guard section.count <= Self.maxNoteBytes else {
            found.problems.append(
                "a package note of \(section.count) bytes, more than the \(Self.maxNoteBytes) that are read"
            )
            return found
        }
        guard let text = payload(file.bytes, section) else {
            found.problems.append("the package note is damaged")
            return found
        }
        do {
            let note = try JSONDecoder().decode(Note.self, from: Data(text))
            if let package = package(note) { found.packages = [CatalogedPackage(package)] }
        } catch {
            found.problems.append("the package note is not valid JSON")
        }
        return found
    }

    private func package(_ note: Note) -> Package? {
        // A build outside of a package manager leaves them empty.
        guard let name = note.name, let version = note.version, !name.isEmpty, !version.isEmpty else { return nil }
        let type = PackageType(rawValue: note.type ?? "")
        let isKnown = type.isOS || type.rawValue == "alpm"
        return Package(
            type: isKnown ? type : .binary,
            name: name,
            version: version,
            arch: isKnown ? note.architecture ?? "" : "",
            licenses: [note.license].compactMap(\.self).filter { !$0.isEmpty },
            group: isKnown ? nil : note.system
        )
    }

    /// The text of the first note of systemd's type: three lengths, the owner `FDO`, the text, zeros up to four bytes.
    private func payload(_ file: FileBytes, _ section: Range<Int>) -> [UInt8]? {
        guard let order = file.u8(at: 5) else { return nil }
        func field(_ offset: Int) -> Int? {
            let value: UInt32? = file.integer(at: offset, bigEndian: order == 2)
            return value.map { Int($0) }
        }
        var start = section.lowerBound
        while start < section.upperBound {
            guard let nameBytes = field(start), let textBytes = field(start + 4), let type = field(start + 8) else {
                return nil
            }
            let text = start + 12 + padded(nameBytes)
            let end = text + padded(textBytes)
            guard text + textBytes <= section.upperBound else { return nil }
            if type == Int(Self.noteType), file.hasBytes(Array("FDO\0".utf8), at: start + 12) {
                return file.bytes(at: text, count: textBytes).map { Array($0.prefix { $0 != 0 }) }
            }
            start = end
        }
        return nil
    }

    /// Lengths are of 32 bits, so this cannot overflow.
    private func padded(_ count: Int) -> Int { (count + 3) / 4 * 4 }
}
