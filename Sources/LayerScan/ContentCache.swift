import Bytes
import Catalogers
import Crypto
import ScanModel
import Synchronization

/// What costly catalogers said about files, by the files' content: the same archive in two layers is read once.
///
/// One for a process, shared by its threads. Bounded by the number of packages that it holds, and paths for what they
/// take; what has not been asked for in a while goes first. A result depends on the content and the file's name alone, so
/// a cached one is the same.
package final class ContentCache: Sendable {
    /// Smaller files are read again in the time that their digest takes, in bytes.
    private static let minBytes = 16 * 1024

    struct Key: Hashable {
        let cataloger: String
        let digest: [UInt8]
        let name: [UInt8]
    }

    /// Two generations: what is found in the old one moves to the young one; when that is full, the old one goes.
    private struct Generations {
        var young: [Key: CatalogedFile] = [:]
        var old: [Key: CatalogedFile] = [:]
        var weight = 0
    }

    private let generations = Mutex(Generations())
    private let maxWeight: Int

    /// `maxPackages` bounds either generation, ``Evidence/packageBytes`` each.
    package init(maxPackages: Int = 50_000) { maxWeight = max(1, maxPackages) }

    /// The key of a file, or `nil` where looking it up would not pay.
    static func key(for file: EvidenceFile, read cataloger: any Cataloger) -> Key? {
        guard cataloger.isCostly, file.companions.isEmpty, file.bytes.count >= minBytes else { return nil }
        var hasher = SHA256()
        file.bytes.forEachPiece { hasher.update(bufferPointer: $0) }
        return Key(cataloger: cataloger.name, digest: Array(hasher.finalize()), name: Array(file.path.name))
    }

    func result(for key: Key) -> CatalogedFile? {
        generations.withLock { generations in
            if let found = generations.young[key] { return found }
            guard let found = generations.old[key] else { return nil }
            store(found, for: key, in: &generations)
            return found
        }
    }

    /// Keeps a result; one with problems, which may name the place of the file, is not kept.
    func keep(_ result: CatalogedFile, for key: Key) {
        guard result.problems.isEmpty else { return }
        generations.withLock { store(result, for: key, in: &$0) }
    }

    private func store(_ result: CatalogedFile, for key: Key, in generations: inout Generations) {
        let weight = Self.weight(of: result)
        if generations.weight + weight > maxWeight {
            generations.old = generations.young
            generations.young = [:]
            generations.weight = 0
        }
        guard weight <= maxWeight else { return }
        if generations.young.updateValue(result, forKey: key) == nil { generations.weight += weight }
    }

    /// In packages: one may own any number of files, and one in a nested archive has the path of each around it.
    private static func weight(of result: CatalogedFile) -> Int {
        1 + Evidence(path: .root, cataloger: "", found: result).memoryBytes / Evidence.packageBytes
    }
}
