import Bytes
import ScanModel

/// Pinned requirements that stand literally in a `setup.py`; nothing of the program is run or computed.
///
/// As Syft does, any quoted text that begins with `name==version` counts, and any line that does: requirements are often
/// written as one long text.
struct SetupPyCataloger: Cataloger {
    let name = "python-setup"
    let version = 2
    let selectors: [PathSelector] = [.name("setup.py", parentSuffixes: [])]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        ListingFile.read(file, .python) { bytes, packages in
            for line in TextLines(bytes) where line.count <= 64 * 1024 {
                // Pieces begin where the line or a quoted text does, and no quote is part of a requirement.
                for piece in line.split(whereSeparator: { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") }) {
                    Self.add(piece, &packages)
                }
            }
        }
    }

    private static func add(_ text: ArraySlice<UInt8>, _ packages: inout PackageRecords) {
        // Templates as "name==%s" and "name=={}" give no version.
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")), text[equals...].starts(with: [0x3D, 0x3D]),
            let requirement = PythonRequirement(String(decoding: text, as: UTF8.self)),
            let version = requirement.pinnedVersion
        else { return }
        packages.add(name: PURL.pypiName(requirement.name), version: version)
    }
}
