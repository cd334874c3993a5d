import Bytes
import ScanModel

/// Elixir dependencies from Hex, from `mix.lock`: a map with one entry a line (Mix documentation, `Mix.Dep.Lock`).
struct MixLockCataloger: Cataloger {
    let name = "mix-lock"
    let version = 3
    let selectors: [PathSelector] = [.pathSuffix("mix.lock")]

    private static let maxLineBytes = 64 * 1024

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.hex)
        for line in TextLines(file.bytes.all) where line.count <= Self.maxLineBytes {
            let text = line.trimmedText
            guard text.hasPrefix("\"") else { continue }
            let rest = text.dropFirst()
            guard let colon = rest.firstRange(of: "\":") else { continue }
            let application = rest[..<colon.lowerBound]
            let fields = rest[colon.upperBound...].split(separator: ",", maxSplits: 3).map(\.trimmingSpaces)
            // Checkouts and folders come from no registry and have no version.
            guard fields.count >= 3, fields[0] == "{:hex" else { continue }
            // The package may have another name than the application in it, `:name` or `:"na-me"`.
            let package = fields[1].filter { $0 != ":" && $0 != "\"" }
            // The checksum of what is in the archive comes early, that of the archive itself last.
            let sums = text.split(separator: "\"").compactMap { FileHash(.sha256, hex: $0) }
            packages.add(
                name: package.isEmpty ? String(application) : package,
                version: fields[2].filter { $0 != "\"" },
                hashes: sums.count > 1 ? sums.suffix(1) : []
            )
        }
        return packages.file
    }
}
