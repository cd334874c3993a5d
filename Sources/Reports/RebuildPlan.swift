import ScanModel

/// One rebuild: of a base that images stand on, or of an image that nothing stands on.
package struct RebuildStep: Hashable, Sendable, Codable {
    /// Images that are named of one step; more are only counted.
    package static let maxReferences = 100

    /// Its place in the plan, from 1.
    package var rank: Int
    /// The image to rebuild, `registry/repository:tag`; empty where no image of the fleet ends there, as with a base from a
    /// registry that was not scanned.
    package var base: String
    /// All names of that image, the first ``maxReferences``.
    package var references: [String]
    /// Digest of its top layer, by which a base without a name is known.
    package var layer: String
    /// Layers up to and with that one.
    package var depth: Int
    /// Images that have these layers, itself included: those have to be built anew on top of it.
    package var images: Int
    /// Findings with a fix that its own layers brought, in all these images: what the rebuild clears.
    package var findings: SeverityCounts
    /// ``findings`` of this step and all before it.
    package var cumulative: Int

    /// Whether other images stand on it.
    package var isBase: Bool { images > referenceCount }

    /// How many names it has, those beyond ``maxReferences`` too.
    package var referenceCount: Int

    package init(
        rank: Int,
        references: [String],
        layer: String,
        depth: Int,
        images: Int,
        findings: SeverityCounts,
        cumulative: Int
    ) {
        self.rank = rank
        base = references.first ?? ""
        self.references = Array(references.prefix(Self.maxReferences))
        referenceCount = references.count
        self.layer = layer
        self.depth = depth
        self.images = images
        self.findings = findings
        self.cumulative = cumulative
    }
}

/// `report rebuild-plan`: the fewest rebuilds that clear the most findings.
///
/// What a layer brought is cleared by rebuilding the image that first had that layer, and by nothing else. No finding
/// belongs to two rebuilds, so that the ones that clear the most, the greatest first, are the best choice for every number
/// of rebuilds.
package struct RebuildPlan: Hashable, Sendable, Codable {
    /// Images that were looked at.
    package var images: Int
    /// Open findings of these that have a fix.
    package var fixable: Int
    /// Rebuilds that would be needed to clear all of these.
    package var rebuilds: Int
    package var steps: [RebuildStep]

    package init(images: Int, fixable: Int, rebuilds: Int, steps: [RebuildStep]) {
        self.images = images
        self.fixable = fixable
        self.rebuilds = rebuilds
        self.steps = steps
    }

    /// Plans rebuilds for `images`, the `limit` best of them; `digests` names layers by their numbers.
    package init(_ images: [RebuildImage], digests: [Int: String], limit: Int) {
        let stretches = RebuildGraph(images).stretches().filter { $0.fixable.total > 0 }
            .map { stretch in
                var stretch = stretch
                stretch.references.sort { ascending($0, $1) ?? false }
                return stretch
            }
        let ordered = stretches.map { ($0, $0.layers.last.flatMap { digests[$0] } ?? "") }.sorted { left, right in
            descending(left.0.fixable.total, right.0.fixable.total) ?? worseFirst(left.0.fixable, right.0.fixable)
                ?? ascending(left.0.references.first ?? "", right.0.references.first ?? "")
                ?? ascending(left.1, right.1) ?? (left.0.depth < right.0.depth)
        }
        var cleared = 0
        let steps = ordered.prefix(limit).enumerated().map { index, item in
            cleared += item.0.fixable.total
            return RebuildStep(
                rank: index + 1,
                references: item.0.references,
                layer: item.1,
                depth: item.0.depth,
                images: item.0.images,
                findings: item.0.fixable,
                cumulative: cleared
            )
        }
        self.init(
            images: images.reduce(0) { $0 + $1.references.count },
            fixable: ordered.reduce(0) { $0 + $1.0.fixable.total },
            rebuilds: ordered.count,
            steps: steps
        )
    }
}
