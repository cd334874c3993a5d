/// How far an unfinished run is, and when it may end.
package struct RunProgress: Hashable, Sendable, Codable {
    /// What is left, and how much of it lately came to an end per second.
    package struct Part: Hashable, Sendable, Codable {
        package var left: Int
        /// Nil while too little has ended to tell.
        package var perSecond: Double?

        /// Tells the rate from what `ended` in the last `seconds`, in that many `events`.
        ///
        /// Fewer events than `minEvents` tell nothing, nor do seconds below `minSeconds`.
        package init(left: Int, ended: Int, events: Int, seconds: Double) {
            self.left = max(0, left)
            let isTelling = events >= RunProgress.minEvents && seconds >= RunProgress.minSeconds && ended > 0
            perSecond = isTelling ? Double(ended) / seconds : nil
        }

        /// Seconds for the rest at this rate.
        var seconds: Double? {
            if left == 0 { return 0 }
            return perSecond.map { Double(left) / $0 }
        }
    }

    /// The fewest ends, and the shortest time, from which a rate is told.
    package static let minEvents = 3
    package static let minSeconds = 2.0
    /// How far back the rate looks, in seconds.
    package static let window = 60

    /// Images without an outcome; the rate is that of folded images.
    package var images: Part
    /// Layers to analyse.
    package var layers: Part
    /// Their compressed bytes.
    package var bytes: Part
    /// Layers in work now.
    package var active: Int
    /// Seconds to the end; left out where it cannot be told honestly.
    package var etaSeconds: Double?

    package init(images: Part, layers: Part, bytes: Part, active: Int, isPlanned: Bool) {
        self.images = images
        self.layers = layers
        self.bytes = bytes
        self.active = active
        etaSeconds = isPlanned ? Self.estimate(images: images, layers: layers, bytes: bytes) : nil
    }

    /// The slowest of the three decides: many small layers are slow by their number, few large ones by their bytes.
    private static func estimate(images: Part, layers: Part, bytes: Part) -> Double? {
        guard let byNumber = layers.seconds, let byBytes = bytes.seconds else { return nil }
        let layerTime = max(byNumber, byBytes)
        // Images are folded as their layers come; only behind the last layer does their own rate have to be known.
        guard let imageTime = images.seconds else { return layers.left > 0 ? layerTime : nil }
        return max(layerTime, imageTime)
    }
}
