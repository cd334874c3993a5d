import Bytes
import ScanModel

/// Packages of Gentoo, from the names of Portage's folders, and the files that they own from each `CONTENTS` (Portage,
/// portage(5), `/var/db/pkg`; Package Manager Specification 3.1 and 3.2).
struct PortageCataloger: Cataloger {
    let name = "portage"
    let version = 1
    let maxFileBytes = EvidenceBound.database
    let selectors: [PathSelector] = [.pattern("var/db/pkg/*/*/CONTENTS")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard let folder = file.path.parent, let category = folder.parent,
            let split = PortageName(String(decoding: folder.name, as: UTF8.self))
        else { return CatalogedFile(problem: "the folder's name has no package and version") }
        let name = String(decoding: category.name, as: UTF8.self) + "/" + split.package
        var packages = PackageRecords(.portage)
        packages.add(name: name, version: split.version)
        var found = packages.file
        var owned = OwnedPaths(of: file)
        for line in TextLines(file.bytes.all) where !owned.isFull {
            if let path = ownedPath(line) { owned.add(path, owner: name) }
        }
        owned.add(to: &found)
        return found
    }

    /// `obj PATH MD5 TIME`, where the path may hold blanks.
    private func ownedPath(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        let blank = UInt8(ascii: " ")
        guard line.count <= 8192, line.starts(with: "obj ".utf8), let time = line.lastIndex(of: blank),
            let digest = line[..<time].lastIndex(of: blank), digest > line.startIndex + 4
        else { return nil }
        return Array(line[(line.startIndex + 4)..<digest])
    }
}

/// A folder's name taken apart: `gtk+-extra-3.0.1_beta2-r1` is `gtk+-extra` in version `3.0.1_beta2-r1`.
struct PortageName {
    let package: String
    let version: String

    /// `nil` where no hyphen is followed by a version as PMS 3.2 defines it.
    init?(_ folder: String) {
        let bytes = Array(folder.utf8)
        guard bytes.count <= 512 else { return nil }
        for hyphen in bytes.indices.reversed() where hyphen > 0 && bytes[hyphen] == UInt8(ascii: "-") {
            if Self.isVersion(bytes[(hyphen + 1)...]) {
                package = String(decoding: bytes[..<hyphen], as: UTF8.self)
                version = String(decoding: bytes[(hyphen + 1)...], as: UTF8.self)
                return
            }
        }
        return nil
    }

    /// `1.2.3a_rc4_p5-r6`: numbers, a letter, suffixes, a revision.
    private static func isVersion(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        guard takeDigits(&rest) else { return false }
        while rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard takeDigits(&rest) else { return false }
        }
        if let letter = rest.first, letter >= UInt8(ascii: "a"), letter <= UInt8(ascii: "z") { rest = rest.dropFirst() }
        while rest.first == UInt8(ascii: "_") {
            rest = rest.dropFirst()
            guard let suffix = ["alpha", "beta", "pre", "rc", "p"].first(where: { rest.starts(with: $0.utf8) }) else {
                return false
            }
            rest = rest.dropFirst(suffix.utf8.count)
            _ = takeDigits(&rest)
        }
        if rest.starts(with: "-r".utf8) {
            rest = rest.dropFirst(2)
            guard takeDigits(&rest) else { return false }
        }
        return rest.isEmpty
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
        rest = rest.dropFirst(count)
        return count > 0
    }
}
