import Bytes
import ScanModel

/// Elixir dependencies from Hex, from `mix.lock`: a map with one entry a line (Mix documentation, `Mix.Dep.Lock`).
///
/// Older versions of Mix write the map's opening in front of the first entry and its closing behind the last.
struct MixLockCataloger: Cataloger {
    let name = "mix-lock"
    let version = 4
    let selectors: [PathSelector] = [.pathSuffix("mix.lock")]

    private static let maxLineBytes = 64 * 1024

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        var packages = PackageRecords(.hex)
        var isClosed = true
        for line in TextLines(file.bytes.all) where line.count <= Self.maxLineBytes {
            var text = line.trimmedText
            guard !text.isEmpty else { continue }
            isClosed = text == "}" || text == "%{}" || text.hasSuffix("}}")
            if text.hasPrefix("%{") { text = text.dropFirst(2).trimmingSpaces }
            guard text.hasPrefix("\"") else { continue }
            let rest = text.dropFirst()
            guard let colon = rest.firstRange(of: "\":") else { continue }
            let application = rest[..<colon.lowerBound]
            let fields = rest[colon.upperBound...].split(separator: ",", maxSplits: 3).map(\.trimmingSpaces)
            // Checkouts and folders come from no registry and have no version.
            if fields.count >= 2, fields[0] != "{:hex", fields[0].hasPrefix("{:") { continue }
            guard fields.count >= 3, fields[0] == "{:hex" else {
                packages.addDamaged()
                continue
            }
            // The package may have another name than the application in it, `:name` or `:"na-me"`.
            let package = fields[1].filter { $0 != ":" && $0 != "\"" }
            // The checksum of what is in the archive comes early, that of the archive itself last.
            let sums = text.split(separator: "\"").compactMap { FileHash(.sha256, hex: $0) }
            packages.add(
                name: package.isEmpty ? String(application) : package,
                version: Self.quoted(fields[2]),
                hashes: sums.count > 1 ? sums.suffix(1) : []
            )
        }
        var found = packages.file
        // What a file lost with its end is seen nowhere else where the cut is between two entries.
        if !isClosed { found.problems.append("the map of packages has no end") }
        return found
    }

    /// What stands between the quotes at the start of a field, whatever closes behind them; `nil` where one is missing.
    private static func quoted(_ field: String) -> String? {
        guard field.hasPrefix("\"") else { return nil }
        let rest = field.dropFirst()
        return rest.firstIndex(of: "\"").map { String(rest[..<$0]) }
    }
}
