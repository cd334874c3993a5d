import Bytes
import Codecs
import Foundation
import ScanModel

/// Debian packages of which Chisel put slices into an image, from its manifest.
///
/// JSON objects, one a line, compressed with Zstandard (Chisel documentation, "Chisel manifest", schema 1.0). Such images
/// have no dpkg database, and the manifest does not say of which source a package is.
struct ChiselCataloger: Cataloger {
    let name = "chisel"
    let version = 2
    let selectors: [PathSelector] = [.pathSuffix("manifest.wall")]

    /// Bytes when decompressed, and lines: many times what manifests of whole runtimes have.
    private static let maxBytes = 16 << 20
    private static let maxLines = 200_000
    private static let maxLineBytes = 64 << 10
    private static let header = Array(#"{"jsonwall":"#.utf8)

    /// A line of any kind, with what is read of it.
    private struct Line: Decodable {
        var kind: String?
        var name: String?
        var version: String?
        var arch: String?
        var path: String?
        /// `PACKAGE_SLICE` each; names of packages have no underscore.
        var slices: [String]?
    }

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let text: [UInt8]
        do { text = try Zstd.decompress(file.bytes.all, maxBytes: Self.maxBytes) } catch {
            return CatalogedFile(problem: "the manifest of slices cannot be read: \(error)")
        }
        guard text.starts(with: Self.header) else { return CatalogedFile(problem: "this is no manifest of slices") }
        let decoder = JSONDecoder()
        var packages = PackageRecords(.deb)
        var owned = OwnedPaths(of: file)
        var lineCount = 0
        for bytes in TextLines(text) where !bytes.isEmpty {
            lineCount += 1
            guard lineCount <= Self.maxLines else { break }
            guard bytes.count <= Self.maxLineBytes,
                let line = try? decoder.decode(Line.self, from: Data(bytes))  // counted just below
            else {
                packages.addDamaged()
                continue
            }
            switch line.kind {
            case "package":
                guard let name = line.name, let version = line.version, PackageRecords.isSound(name),
                    PackageRecords.isSound(version)
                else {
                    packages.addDamaged()
                    continue
                }
                let arch = line.arch.flatMap { PackageRecords.isSound($0) ? $0 : nil } ?? ""
                packages.add(Package(type: .deb, name: name, version: version, arch: arch))
            case "path":
                guard let path = line.path else { continue }
                for owner in Set((line.slices ?? []).compactMap({ $0.split(separator: "_").first.map(String.init) })) {
                    owned.add(Array(path.utf8), owner: owner)
                }
            default: break
            }
        }
        var found = packages.file
        if lineCount > Self.maxLines { found.problems.append("only \(Self.maxLines) lines of the manifest are read") }
        owned.add(to: &found)
        return found
    }
}
