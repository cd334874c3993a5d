import ScanModel

/// An image as the rebuild plan sees it: its stack of layers and what a rebuild would mend, layer by layer.
package struct RebuildImage: Sendable {
    /// `registry/repository:tag` of everything that shows these layers.
    package var references: [String]
    /// Numbers of the layers, from the lowest to the highest.
    package var layers: [Int]
    /// Open findings that have a fix, by the position of the layer that brought the package.
    package var fixable: [Int: SeverityCounts]

    package init(references: [String], layers: [Int], fixable: [Int: SeverityCounts]) {
        self.references = references
        self.layers = layers
        self.fixable = fixable
    }
}

/// Which images are built on which, told by the layers that they share from the bottom (OCI image-spec, config.md,
/// "Layer ChainID"), and what each base answers for.
///
/// A tree of layers: images that begin with the same layers share its nodes. A *stretch* is a run of nodes without a fork
/// on which no image ends: whoever builds its top layer built all of it, so that one rebuild mends all that it brought,
/// in every image above.
struct RebuildGraph {
    struct Stretch {
        /// Numbers of its layers, from the lowest to the highest.
        var layers: [Int]
        /// How many layers an image has up to its end.
        var depth: Int
        /// The images that end with it; none where the base itself is not in the fleet.
        var references: [String]
        /// The images that have it, these included.
        var images: Int
        var fixable: SeverityCounts
    }

    private struct Node {
        let parent: Int
        let layer: Int
        let depth: Int
        var children = 0
        var references: [String] = []
        var images = 0
        var fixable = SeverityCounts()
    }

    private struct Step: Hashable {
        let parent: Int
        let layer: Int
    }

    private static let root = 0
    private var nodes = [Node(parent: -1, layer: -1, depth: 0)]
    private var known: [Step: Int] = [:]

    init(_ images: [RebuildImage]) {
        for image in images where !image.references.isEmpty { add(image) }
    }

    private mutating func add(_ image: RebuildImage) {
        let weight = image.references.count
        var node = Self.root
        for (position, layer) in image.layers.enumerated() {
            node = child(of: node, layer: layer)
            nodes[node].images += weight
            guard let counts = image.fixable[position] else { continue }
            for severity in Severity.allCases { nodes[node].fixable[severity] += counts[severity] &* weight }
        }
        if node != Self.root { nodes[node].references += image.references }
    }

    private mutating func child(of parent: Int, layer: Int) -> Int {
        let step = Step(parent: parent, layer: layer)
        if let child = known[step] { return child }
        let child = nodes.count
        nodes.append(Node(parent: parent, layer: layer, depth: nodes[parent].depth + 1))
        nodes[parent].children += 1
        known[step] = child
        return child
    }

    /// Every stretch; nodes stand behind their parents, so that one pass from the front meets a stretch's start first.
    func stretches() -> [Stretch] {
        var stretches: [Stretch] = []
        var home = [Int](repeating: -1, count: nodes.count)
        for index in nodes.indices.dropFirst() {
            let node = nodes[index]
            let parent = nodes[node.parent]
            if node.parent != Self.root, parent.children == 1, parent.references.isEmpty {
                home[index] = home[node.parent]
            } else {
                home[index] = stretches.count
                stretches.append(Stretch(layers: [], depth: 0, references: [], images: node.images, fixable: .init()))
            }
            let own = home[index]
            stretches[own].layers.append(node.layer)
            stretches[own].depth = node.depth
            stretches[own].references = node.references
            for severity in Severity.allCases { stretches[own].fixable[severity] += node.fixable[severity] }
        }
        return stretches
    }
}
