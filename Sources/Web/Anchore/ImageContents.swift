import AnchoreAPI
import DedicatedThread
import ImageInventory
import ScanModel
import Store

/// What is in images, folded from the reports of their layers when it is asked for; the last few are kept.
actor ImageContents {
    struct Content: Sendable {
        let inventory: Inventory
        let places: PackagePlaces
    }

    private static let maxKept = 8
    private static let maxKeptFiles = 2

    private struct Key: Hashable {
        let manifest: Int
        let analyzedAt: String
    }

    private let store: Store
    private let threads: ThreadPool
    private var kept: [(key: Key, content: Content)] = []
    /// Lists of files are larger, so fewer are kept.
    private var keptFiles: [(key: Key, files: ImageFiles)] = []

    init(store: Store, threads: ThreadPool) {
        self.store = store
        self.threads = threads
    }

    /// The packages of an analysed image, with the files that they were read from.
    func content(of image: ListedImage) async throws -> Content {
        let key = Key(manifest: image.number, analyzedAt: image.record.analyzedAt ?? "")
        if let place = kept.firstIndex(where: { $0.key == key }) {
            let found = kept.remove(at: place)
            kept.append(found)
            return found.content
        }
        let layers = try await store.storedLayers(manifest: image.number)
        let content = try await threads.run {
            let inventory = InventoryFold.fold(try layers.map { try $0.decoded() })
            return Content(inventory: inventory, places: PackagePlaces(inventory))
        }
        kept.append((key, content))
        if kept.count > Self.maxKept { kept.removeFirst() }
        return content
    }

    /// The files of an analysed image, with what was collected of them.
    func files(of image: ListedImage) async throws -> ImageFiles {
        let key = Key(manifest: image.number, analyzedAt: image.record.analyzedAt ?? "")
        if let known = keptFiles.first(where: { $0.key == key }) { return known.files }
        let layers = try await store.storedLayersWithFacts(manifest: image.number)
        let files = try await threads.run { FilesFold.fold(try layers.map { try $0.decoded() }) }
        keptFiles.append((key, files))
        if keptFiles.count > Self.maxKeptFiles { keptFiles.removeFirst() }
        return files
    }
}
