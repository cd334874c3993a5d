import TallymanTesting

/// Makes stacks of layers whose changes meet each other often: few directories, nested, with names that are prefixes.
struct RandomLayers {
    private static let directories: [String] = {
        let folders = ["usr/lib/node_modules", "opt/app/node_modules"].flatMap { base in
            ["a", "ab", "b", "@s/p", "a/node_modules/c"].map { "\(base)/\($0)" }
        }
        return folders + ["x", "xy"].map { "usr/lib/python3/site-packages/\($0).dist-info" }
    }()

    private static let files = directories.map { $0 + ($0.hasSuffix(".dist-info") ? "/METADATA" : "/package.json") }

    /// Everything that stands above some file, the files included.
    private static let places = Array(Set(files + files.flatMap { ReferenceTree.ancestors($0) })).sorted()

    private var random: SeededRandom
    private var tree = ReferenceTree()
    private var packages = 0

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func next() -> [ReferenceTree.Change] {
        var layer: [ReferenceTree.Change] = []
        for _ in 0...random.below(12) {
            if let change = change(besides: layer) { layer += opening(change, besides: layer) + [change] }
        }
        // Builders write whiteouts first, last or in between; it makes no difference.
        let shuffled = random.oneIn(3) ? layer.filter(Self.hides) + layer.filter { !Self.hides($0) } : layer
        tree.apply(shuffled)
        return shuffled
    }

    private mutating func change(besides layer: [ReferenceTree.Change]) -> ReferenceTree.Change? {
        let place = Self.places[random.below(Self.places.count)]
        let file = Self.files[random.below(Self.files.count)]
        switch random.below(10) {
        case 0, 1:
            guard !isLinked(place, layer) else { return nil }
            return random.oneIn(2) || Self.files.contains(place) ? .whiteout(place) : .opaque(place)
        case 2: return isFree(place, layer) ? .symlink(place) : nil
        case 3: return isFree(place, layer) ? .file(place, package: nil).asPlain(Self.files) : nil
        case 4: return Self.files.contains(place) || !isFree(place, layer, asDirectory: true) ? nil : .directory(place)
        case 5: return hardlink(file, layer)
        default:
            guard isFree(file, layer) else { return nil }
            packages += 1
            return .file(file, package: "p\(packages)")
        }
    }

    /// A link to a file of a lower layer that this layer leaves alone.
    private mutating func hardlink(_ path: String, _ layer: [ReferenceTree.Change]) -> ReferenceTree.Change? {
        let name = path.split(separator: "/").last
        let targets = Self.files.filter { target in
            guard case .file(_?) = tree.nodes[target] else { return false }
            return target != path && target.split(separator: "/").last == name
                && !layer.contains { $0.path == target || target.hasPrefix($0.path + "/") && !Self.isDirectory($0) }
        }
        guard !targets.isEmpty, isFree(path, layer) else { return nil }
        return .hardlink(path, to: targets[random.below(targets.count)])
    }

    /// Whether a link of the layer leads to or below `path`: what the layer itself does there has no agreed meaning.
    private func isLinked(_ path: String, _ layer: [ReferenceTree.Change]) -> Bool {
        layer.contains { other in
            guard case .hardlink(_, let target) = other else { return false }
            return target == path || target.hasPrefix(path + "/")
        }
    }

    /// Whether no other entry of the layer stands at, above (as a file) or below `path`.
    private func isFree(_ path: String, _ layer: [ReferenceTree.Change], asDirectory: Bool = false) -> Bool {
        !isLinked(path, layer)
            && !layer.contains { other in
                if Self.hides(other) { return false }
                if other.path == path { return true }
                if path.hasPrefix(other.path + "/") { return !Self.isDirectory(other) }
                return other.path.hasPrefix(path + "/") && !asDirectory
            }
    }

    /// Some of the directories above: others have no entry, as builders leave them out.
    private mutating func opening(
        _ change: ReferenceTree.Change,
        besides layer: [ReferenceTree.Change]
    ) -> [ReferenceTree.Change] {
        if Self.hides(change) { return [] }
        var opened: [ReferenceTree.Change] = []
        for ancestor in ReferenceTree.ancestors(change.path)
        where !layer.contains(where: { $0.path == ancestor && !Self.hides($0) }) {
            if random.oneIn(2) { opened.append(.directory(ancestor)) }
        }
        return opened
    }

    private static func isDirectory(_ change: ReferenceTree.Change) -> Bool {
        if case .directory = change { true } else { false }
    }

    private static func hides(_ change: ReferenceTree.Change) -> Bool {
        switch change {
        case .whiteout, .opaque: true
        default: false
        }
    }
}

extension ReferenceTree.Change {
    /// A file without evidence where a directory belongs; where evidence belongs it would only be a damaged one.
    fileprivate func asPlain(_ evidence: [String]) -> Self? { evidence.contains(path) ? nil : self }
}
