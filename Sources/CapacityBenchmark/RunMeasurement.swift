/// How much a run had to do.
package struct Workload: Sendable, Codable, Equatable {
    package var images: Int
    /// Layers that were fetched and analysed.
    package var layers: Int
    /// Their bytes.
    package var bytes: Int64

    package init(images: Int, layers: Int, bytes: Int64) {
        self.images = images
        self.layers = layers
        self.bytes = bytes
    }
}

/// What one run with one number of workers took; times in seconds.
package struct RunMeasurement: Sendable, Codable {
    /// Why the run was made.
    package enum Kind: String, Sendable, Codable {
        /// The whole fleet, from an empty database.
        case full
        /// A part of it, to try the model on another size.
        case smaller
        /// The fleet once more, with a few new images.
        case rescan
    }

    package var kind: Kind
    package var name: String
    package var workers: Int
    /// Layers or images that a worker has in hand at a time.
    package var slots: Int
    package var load: Workload
    /// Bytes that would have been pulled with every image and were not.
    package var bytesAvoided: Int64 = 0
    /// Distinct layers, of the uses that the images make of them.
    package var uniqueLayerRatio = 1.0
    package var reusedImages = 0
    /// From the wish to the result, and its phases: listing, layers and folds, matching and verdict.
    package var seconds = 0.0
    package var listSeconds = 0.0
    package var workSeconds = 0.0
    package var matchSeconds = 0.0
    /// From the end of the listing to the last layer, a part of the work: what is left of it is folds.
    package var layerSeconds = 0.0
    /// CPU by process while tags were listed and in the whole run.
    package var listCPU: [String: Double] = [:]
    package var cpu: [String: Double] = [:]
    /// CPU of the worker processes by what it went into.
    package var workerParts: [String: Double] = [:]
    /// How long a layer's task waited for a worker, on average.
    package var queueWait = 0.0
    /// Tasks in hand at a time, on average.
    package var inHand = 0.0
    /// Processors that other programs on the machine took meanwhile, on average.
    package var othersCores = 0.0
    /// What the database grew by.
    package var databaseBytes: Int64 = 0
    /// The largest resident memory of a worker, in bytes.
    package var workerPeakBytes: Int64 = 0

    package init(kind: Kind, workers: Int, slots: Int, load: Workload) {
        self.kind = kind
        let suffix = kind == .full ? "" : kind == .smaller ? ", \(load.images) images" : ", scanned again"
        name = (workers == 1 ? "1 worker" : "\(workers) workers") + suffix
        self.workers = workers
        self.slots = slots
        self.load = load
    }

    /// CPU of a process while layers were in work and matched: all but the listing.
    package func workCPU(_ process: String) -> Double {
        max(0, (cpu[process] ?? 0) - (listCPU[process] ?? 0))
    }

    package var imagesPerHour: Double { seconds > 0 ? Double(load.images) / seconds * 3600 : 0 }
    package var layersPerSecond: Double { workSeconds > 0 ? Double(load.layers) / workSeconds : 0 }
    package var megabytesPerSecond: Double { workSeconds > 0 ? Double(load.bytes) / 1e6 / workSeconds : 0 }
}
