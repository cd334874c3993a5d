import Bytes
import ScanModel

/// The packages of older base snaps, from what `dpkg --list` printed when they were built: two or three letters of state,
/// name, version, architecture (dpkg-query(1), `--list`).
struct SnapPackageListCataloger: Cataloger {
    let name = CatalogerName.snapList
    let version = 1
    let selectors: [PathSelector] = [.pathSuffix("usr/share/snappy/dpkg.list")]

    private static let maxLineBytes = 4096

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = SnapPackages()
        for line in TextLines(file.bytes.all) where line.count <= Self.maxLineBytes {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 4).map(\.trimmedText)
            // Installed, whatever is wanted of it; head and rule of the table have other first words.
            guard let state = words.first, state.utf8.count <= 3, words.count >= 4,
                Array(state.utf8).dropFirst().first == UInt8(ascii: "i")
            else { continue }
            let name = words[1].prefix { $0 != ":" }
            packages.addStaged(name: String(name), version: words[2], arch: words[3])
        }
        return packages.file
    }
}
