import ScanModel
import TallymanTesting
import Testing

@testable import Reports

@Suite("The rebuild plan")
struct RebuildPlanTests {
    private let digests = Dictionary(uniqueKeysWithValues: (1...99).map { ($0, "sha256:\($0)") })

    private func image(_ name: String, _ layers: [Int], _ fixable: [Int: Int] = [:]) -> RebuildImage {
        RebuildImage(references: [name], layers: layers, fixable: fixable.mapValues { SeverityCounts(high: $0) })
    }

    private func lines(_ images: [RebuildImage], limit: Int = 100) -> [String] {
        RebuildPlan(images, digests: digests, limit: limit).steps
            .map { "\($0.base.isEmpty ? $0.layer : $0.base) \($0.images) \($0.findings.total) \($0.cumulative)" }
    }

    @Test("A finding is cleared by the image that first had its layer, in all images on top of it")
    func bases() {
        let found = lines([
            image("base:1", [1, 2], [0: 3, 1: 1]),
            image("app/a:1", [1, 2, 3], [0: 3, 1: 1, 2: 5]),
            image("app/b:1", [1, 2, 4], [0: 3, 1: 1]),
        ])
        #expect(found == ["base:1 3 12 12", "app/a:1 1 5 17"])
    }

    @Test("A base that was not scanned is known by its top layer, found where the images part")
    func unnamed() {
        let found = lines([image("a:1", [1, 2, 3], [0: 1, 1: 1]), image("b:1", [1, 2, 4], [0: 1, 1: 1])])
        #expect(found == ["sha256:2 2 4 4"])
    }

    @Test("A base of a base is a rebuild of its own, and each clears its own layers' findings alone")
    func chains() {
        let found = lines([
            image("os:1", [1], [0: 1]), image("java:1", [1, 2], [0: 1, 1: 4]),
            image("app:1", [1, 2, 3], [0: 1, 1: 4, 2: 2]),
        ])
        #expect(found == ["java:1 2 8 8", "os:1 3 3 11", "app:1 1 2 13"])
    }

    @Test("Layers that are alike above different ones are different rebuilds")
    func sameLayerElsewhere() {
        let found = lines([image("a:1", [1, 9], [1: 2]), image("b:1", [2, 9], [1: 1])])
        #expect(found == ["a:1 1 2 2", "b:1 1 1 3"])
    }

    @Test("An image under several names counts as often, and equal stacks are one rebuild")
    func names() throws {
        let twice = RebuildImage(references: ["a:2", "a:1"], layers: [1], fixable: [0: SeverityCounts(low: 2)])
        let other = RebuildImage(references: ["b:1"], layers: [1], fixable: [0: SeverityCounts(low: 2)])
        let plan = RebuildPlan([twice, other], digests: digests, limit: 5)
        let step = try #require(plan.steps.first)
        #expect(step.references == ["a:1", "a:2", "b:1"])
        #expect(step.findings.low == 6)
        #expect(!step.isBase)
        #expect(plan.images == 3)
    }

    @Test("The limit cuts the plan and not its totals; nothing to mend is an empty plan")
    func limit() {
        let images = (1...9).map { image("i:\($0)", [$0], [0: $0]) }
        let plan = RebuildPlan(images, digests: digests, limit: 2)
        #expect(plan.steps.map(\.base) == ["i:9", "i:8"])
        #expect(plan.fixable == 45)
        #expect(plan.rebuilds == 9)
        #expect(RebuildPlan([image("a:1", [1])], digests: digests, limit: 5).steps.isEmpty)
        #expect(RebuildPlan([image("a:1", [], [0: 1])], digests: digests, limit: 5).fixable == 0)
    }

    @Test("On random stacks every finding belongs to one rebuild, whatever the order of the images")
    func random() {
        for seed in 1...40 {
            var random = SeededRandom(seed: UInt64(seed))
            var images: [RebuildImage] = []
            for number in 0..<random.below(60) {
                let under = images.isEmpty ? [] : images[random.below(images.count)].layers
                let layers =
                    under.prefix(random.below(under.count + 1)) + (0..<random.below(3)).map { _ in random.below(99) }
                var counts: [Int: Int] = [:]
                // What a layer brings depends on what is below it, and is the same for all images that have both.
                for position in layers.indices {
                    counts[position] = layers[...position].reduce(7) { ($0 &* 31 &+ $1) & 3 }
                }
                images.append(image("i:\(number)", Array(layers), counts))
            }
            let total = images.reduce(0) { $0 + $1.fixable.values.reduce(0) { $0 + $1.total } }
            let plan = RebuildPlan(images, digests: digests, limit: .max)
            #expect(plan.fixable == total)
            #expect(plan.steps.last?.cumulative ?? 0 == total)
            #expect(RebuildPlan(images.reversed(), digests: digests, limit: .max) == plan, "seed \(seed)")
        }
    }

    @Test("The table says what each rebuild clears and how much is cleared so far")
    func formats() throws {
        let plan = RebuildPlan(
            [image("base:1", [1], [0: 3]), image("app:1", [1, 2], [0: 3, 1: 2])],
            digests: digests,
            limit: 5
        )
        #expect(
            plan.text(.plain).split(whereSeparator: \.isNewline).suffix(3) == [
                "#  REBUILD  LAYERS  IMAGES  CRITICAL  HIGH  CLEARS  IN ALL",
                "1  base:1        1       2         0     6       6   75.0%",
                "2  app:1         2       1         0     2       2  100.0%",
            ]
        )
        #expect(
            String(decoding: plan.csv(), as: UTF8.self).split(whereSeparator: \.isNewline).last
                == "2,app:1,sha256:2,2,1,0,2,0,0,0,0,2,8"
        )
    }
}
