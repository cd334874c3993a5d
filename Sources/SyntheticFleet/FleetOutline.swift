/// Which images a fleet has, of which layers, and how large those are: its structure, without a byte of content.
///
/// A function of profile, seed and scale alone. A fleet of more images begins with the images of a smaller one, save
/// that `hub` and `ml` have more bases the more images there are.
package struct FleetOutline: Sendable {
    /// What a layer holds beside its bulk.
    package enum LayerKind: UInt8, Sendable {
        /// A distribution: os-release and the database of its packages.
        case base
        /// Packages of one language, dozens.
        case runtime
        /// Packages of one language, a few.
        case application
        /// No package at all.
        case bulk
    }

    /// One distinct layer.
    package struct Layer: Sendable {
        package var kind: LayerKind
        /// Wanted bytes of the compressed blob, scaled.
        package var bytes: Int64
        var seed: UInt64
    }

    /// One tag.
    package struct Image: Sendable {
        package var repository: Int
        package var tag: String
        /// Places in `layers`, the lowest first.
        package var layers: [Int32]
    }

    /// What the outline comes to.
    package struct Totals: Sendable, Equatable {
        package var images = 0
        package var distinctLayers = 0
        /// Layers of all images, each counted in each image.
        package var layerUses = 0
        /// Bytes of the distinct layers.
        package var distinctBytes: Int64 = 0
        /// Bytes to pull every image whole.
        package var allBytes: Int64 = 0
    }

    package let profile: FleetProfile
    package let seed: UInt64
    package private(set) var layers: [Layer] = []
    package private(set) var images: [Image] = []
    private let scale: Double
    private var places: [Key: Int32] = [:]

    private struct Key: Hashable {
        var role: Role
        var number: Int
        var part: Int
    }

    private enum Role: UInt8 { case base, repository, image, framework }

    /// Draws a fleet of `images` images, 1 or more, and `added` more that a later scan finds.
    package init(profile: FleetProfile, images count: Int, added: Int = 0, seed: UInt64, scale: Double) {
        self.profile = profile
        self.seed = seed
        self.scale = scale
        images.reserveCapacity(count + added)
        for number in 0..<count { add(number, of: count) }
        for number in count..<(count + added) { addLater(number, of: count) }
        places = [:]
    }

    /// Counts and bytes.
    package var totals: Totals {
        var totals = Totals(images: images.count, distinctLayers: layers.count)
        for layer in layers { totals.distinctBytes += layer.bytes }
        for image in images {
            totals.layerUses += image.layers.count
            for place in image.layers { totals.allBytes += layers[Int(place)].bytes }
        }
        return totals
    }

    private mutating func add(_ number: Int, of count: Int) {
        switch profile {
        case .hub: addHub(number, of: count)
        case .enterprise, .churn: addEnterprise(number, repository: number / 30, tag: "1.\(number % 30)")
        case .ml: addML(number, of: count)
        }
    }

    private mutating func addLater(_ number: Int, of count: Int) {
        var random = FleetRandom(seed, "later", number)
        switch profile {
        case .hub: addHub(number, of: count)
        case .enterprise, .churn:
            addEnterprise(number, repository: random.below((count + 29) / 30), tag: "2.\(number)")
        case .ml: addML(number, of: count)
        }
    }

    private mutating func addHub(_ number: Int, of count: Int) {
        var random = FleetRandom(seed, "hub", number)
        let sizes = LayerSizes(median: 4e6, spread: 2.15, largest: 1e9)
        let base = random.skewed(max(8, count / 8))
        var stack: [Int32] = []
        for part in 0..<(2 + base % 3) {
            stack.append(layer(.base, base, part, part == 0 ? .base : .bulk, LayerSizes(median: 12e6, spread: 0.8)))
        }
        for part in 0..<(3 + random.below(5)) {
            stack.append(layer(.image, number, part, part == 0 ? .runtime : part == 1 ? .application : .bulk, sizes))
        }
        images.append(Image(repository: number / 3, tag: "v\(number % 3)", layers: stack))
    }

    private mutating func addEnterprise(_ number: Int, repository: Int, tag: String) {
        var ofRepository = FleetRandom(seed, "repository", repository)
        let base = ofRepository.below(5) < 4 ? ofRepository.below(5) : 5 + ofRepository.below(15)
        var stack: [Int32] = []
        for part in 0..<3 {
            let kind: LayerKind = part == 0 ? .base : part == 1 ? .runtime : .bulk
            stack.append(layer(.base, base, part, kind, LayerSizes(median: part == 0 ? 30e6 : 12e6, spread: 0.3)))
        }
        for part in 0..<3 {
            let kind: LayerKind = part == 2 ? .bulk : .runtime
            stack.append(layer(.repository, repository, part, kind, LayerSizes(median: 12e6, spread: 1)))
        }
        var random = FleetRandom(seed, "image", number)
        for part in 0...random.below(2) {
            stack.append(layer(.image, number, part, .application, LayerSizes(median: 1.5e6, spread: 1.2)))
        }
        images.append(Image(repository: repository, tag: tag, layers: stack))
    }

    private mutating func addML(_ number: Int, of count: Int) {
        let repository = number / 4
        var random = FleetRandom(seed, "ml", repository)
        let base = random.below(3)
        let framework = random.below(max(1, count / 12))
        let stack = [
            layer(.base, base, 0, .base, LayerSizes(median: 30e6, spread: 0.1)),
            layer(.base, base, 1, .runtime, LayerSizes(median: 1.5e9, spread: 0.2)),
            layer(.framework, framework, 0, .runtime, LayerSizes(median: 4e9, spread: 0)),
            layer(.repository, repository, 0, .runtime, LayerSizes(median: 500e6, spread: 0.8)),
            layer(.image, number, 0, .application, LayerSizes(median: 40e6, spread: 1)),
        ]
        images.append(Image(repository: repository, tag: "v\(number % 4)", layers: stack))
    }

    /// The layer with this role, drawn when it is first asked for.
    private mutating func layer(
        _ role: Role,
        _ number: Int,
        _ part: Int,
        _ kind: LayerKind,
        _ sizes: LayerSizes
    ) -> Int32 {
        let key = Key(role: role, number: number, part: part)
        if let place = places[key] { return place }
        var random = FleetRandom(seed ^ UInt64(role.rawValue) << 56, "layer", number &* 64 &+ part)
        let place = Int32(layers.count)
        let bytes = max(1024, sizes.draw(&random) * scale)
        layers.append(Layer(kind: kind, bytes: Int64(bytes), seed: random.next()))
        places[key] = place
        return place
    }
}
