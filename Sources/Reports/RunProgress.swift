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
    /// What a layer costs besides its bytes (asking for it, storing what is found), as the bytes that cost as much.
    package static let bytesPerLayer = 1_048_576.0

    /// Images without an outcome; the rate is that of folded images.
    package var images: Part
    /// Layers to analyse.
    package var layers: Part
    /// Their compressed bytes.
    package var bytes: Part
    /// Layers in work now.
    package var active: Int
    /// Of the images those that wait for no layer, but for their fold, or are being folded.
    package var folding: Int
    /// Seconds to the end; left out where it cannot be told honestly.
    package var etaSeconds: Double?

    package init(images: Part, layers: Part, bytes: Part, active: Int, folding: Int, isPlanned: Bool) {
        self.images = images
        self.layers = layers
        self.bytes = bytes
        self.active = active
        self.folding = folding
        etaSeconds = isPlanned ? Self.estimate(images: images, layers: layers, bytes: bytes, folding: folding) : nil
    }

    /// The time to the end in words, `about 5 min`; nil where it cannot be told.
    package var eta: String? {
        guard let etaSeconds else { return nil }
        let whole = Int(min(max(etaSeconds, 0), 1e9).rounded(.up))
        if whole < 120 { return "about \(whole) s" }
        return whole < 7200 ? "about \(whole / 60) min" : "about \(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// The slower of layers and folds decides.
    ///
    /// While layers are left, images become ready at the pace of their layers, and their own rate says little: only those
    /// that are ready and not folded yet may take longer.
    private static func estimate(images: Part, layers: Part, bytes: Part, folding: Int) -> Double? {
        guard layers.left > 0 else { return images.seconds }
        guard let layerTime = seconds(layers: layers, bytes: bytes) else { return nil }
        guard folding > 0, let perSecond = images.perSecond else { return layerTime }
        return max(layerTime, Double(folding) / perSecond)
    }

    /// Seconds for the layers that are left, each of which costs its bytes and ``bytesPerLayer``.
    ///
    /// That lies between what their number and what their bytes say alone, which are the same where the layers left are like
    /// those that ended. Behind many tiny layers the bytes alone say far too much, as no network was full of them, and the
    /// number alone says too little.
    private static func seconds(layers: Part, bytes: Part) -> Double? {
        guard let perSecond = layers.perSecond else { return nil }
        let rate = perSecond * bytesPerLayer + (bytes.perSecond ?? 0)
        return (Double(layers.left) * bytesPerLayer + Double(bytes.left)) / rate
    }
}
