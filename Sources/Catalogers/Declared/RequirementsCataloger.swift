import Bytes
import ScanModel

/// pip's requirements files (pip docs, Requirements File Format), of which only lines with one exact version count.
///
/// As Syft does, ranges, wildcards and lists of constraints are no statement on what is used; options are passed over.
struct RequirementsCataloger: Cataloger {
    let name = "python-requirements"
    let version = 3
    let selectors: [PathSelector] = [.nameContaining("requirements", suffix: ".txt")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        ListingFile.read(file, .python) { bytes, packages in
            // Joined before they are trimmed, as by pip: only its blanks part a line from the `a==1.0\` that it continues.
            var line: [UInt8] = []
            for part in TextLines(Self.utf8(bytes)) {
                // A comment is not continued, and ends the line that it stands in the middle of.
                let isComment = part.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "#")
                let isContinued = !isComment && part.last == UInt8(ascii: "\\")
                if !isComment { line += isContinued ? part.dropLast() : part }
                guard line.count <= 64 * 1024 else {
                    packages.addDamaged()
                    line = []
                    continue
                }
                if isContinued { continue }
                Self.read(Self.withoutComment(line[...]), &packages)
                line = []
            }
            Self.read(Self.withoutComment(line[...]), &packages)
        }
    }

    private static func read(_ line: String, _ packages: inout PackageRecords) {
        // Options: other files, indexes, folders under development.
        guard !line.isEmpty, !line.hasPrefix("-") else { return }
        guard let requirement = PythonRequirement(line) else { return packages.addDamaged() }
        packages.add(name: PURL.pypiName(requirement.name), version: requirement.pinnedVersion)
    }

    private static func withoutComment(_ line: ArraySlice<UInt8>) -> String {
        line.prefix { $0 != UInt8(ascii: "#") }.trimmedText
    }

    /// Files with a byte order mark of UTF-16 are read too, as pip does.
    private static func utf8(_ bytes: [UInt8]) -> [UInt8] {
        let isBigEndian = bytes.starts(with: [0xFE, 0xFF])
        guard isBigEndian || bytes.starts(with: [0xFF, 0xFE]) else {
            return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        }
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
            let (low, high) = isBigEndian ? (bytes[index + 1], bytes[index]) : (bytes[index], bytes[index + 1])
            return UInt16(high) << 8 | UInt16(low)
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }
}
