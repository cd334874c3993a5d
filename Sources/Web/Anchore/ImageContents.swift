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

    private struct Key: Hashable {
        let manifest: Int
        let analyzedAt: String

        init(_ image: ListedImage) {
            manifest = image.number
            analyzedAt = image.record.analyzedAt ?? ""
        }
    }

    /// The values that were asked for last.
    private struct Recent<Value> {
        let limit: Int
        /// The one that was asked for last stands last.
        private var kept: [(key: Key, value: Value)] = []

        init(limit: Int) { self.limit = limit }

        mutating func find(_ key: Key) -> Value? {
            guard let place = kept.firstIndex(where: { $0.key == key }) else { return nil }
            let found = kept.remove(at: place)
            kept.append(found)
            return found.value
        }

        /// Keeps a value; another that came meanwhile for the key goes.
        mutating func keep(_ value: Value, for key: Key) {
            kept.removeAll { $0.key == key }
            kept.append((key, value))
            if kept.count > limit { kept.removeFirst() }
        }
    }

    private let store: Store
    private let threads: ThreadPool
    private var keptContents = Recent<Content>(limit: 8)
    /// Lists of files are larger, so fewer are kept.
    private var keptFiles = Recent<ImageFiles>(limit: 2)

    init(store: Store, threads: ThreadPool) {
        self.store = store
        self.threads = threads
    }

    /// The packages of an analysed image, with the files that they were read from.
    func content(of image: ListedImage) async throws -> Content {
        let key = Key(image)
        if let known = keptContents.find(key) { return known }
        let layers = try await store.storedLayers(manifest: image.number)
        let content = try await threads.run {
            let inventory = InventoryFold.fold(try layers.map { try $0.decoded() })
            return Content(inventory: inventory, places: PackagePlaces(inventory))
        }
        keptContents.keep(content, for: key)
        return content
    }

    /// The files of an analysed image, with what was collected of them.
    func files(of image: ListedImage) async throws -> ImageFiles {
        let key = Key(image)
        if let known = keptFiles.find(key) { return known }
        let layers = try await store.storedLayersWithFacts(manifest: image.number)
        let found = try await threads.run { FilesFold.fold(try layers.map { try $0.decoded() }) }
        keptFiles.keep(found, for: key)
        return found
    }
}
