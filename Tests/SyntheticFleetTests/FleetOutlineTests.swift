import SyntheticFleet
import Testing

@Suite("The structure of a synthetic fleet")
struct FleetOutlineTests {
    @Test("The same seed draws the same fleet, another one another", arguments: FleetProfile.allCases)
    func sameSeedDrawsSame(profile: FleetProfile) {
        let one = FleetOutline(profile: profile, images: 60, seed: 7, scale: 0.01).totals
        #expect(FleetOutline(profile: profile, images: 60, seed: 7, scale: 0.01).totals == one)
        #expect(FleetOutline(profile: profile, images: 60, seed: 8, scale: 0.01).totals != one)
    }

    @Test("Thirty tags of an enterprise repository share all but their top layers")
    func thirtyTagsEnterpriseRepository() {
        let outline = FleetOutline(profile: .enterprise, images: 300, seed: 1, scale: 0.05)
        for repository in 0..<10 {
            let stacks = outline.images.filter { $0.repository == repository }.map(\.layers)
            #expect(stacks.count == 30)
            #expect(Set(stacks.map { Array($0.prefix(6)) }).count == 1)
            #expect(stacks.allSatisfy { (7...8).contains($0.count) })
            #expect(Set(stacks.flatMap { $0.dropFirst(6) }).count == stacks.reduce(0) { $0 + $1.count - 6 })
        }
        let totals = outline.totals
        #expect(totals.distinctBytes * 5 < totals.allBytes)
    }

    @Test("A hub's layers have the median and the ninth decile that were found")
    func hubsLayersHaveMedian() {
        let outline = FleetOutline(profile: .hub, images: 4000, seed: 3, scale: 1)
        let sizes = outline.layers.map(\.bytes).sorted()
        let median = Double(sizes[sizes.count / 2])
        let decile = Double(sizes[sizes.count * 9 / 10])
        #expect((3e6...6e6).contains(median))
        #expect((45e6...85e6).contains(decile))
    }

    @Test("A model's image is of 5 to 10 GB, with a layer of 4 GB")
    func modelsImage5To() {
        let outline = FleetOutline(profile: .ml, images: 24, seed: 1, scale: 1)
        for image in outline.images {
            let sizes = image.layers.map { outline.layers[Int($0)].bytes }
            #expect((5_000_000_000...11_000_000_000).contains(sizes.reduce(0, +)))
            #expect(sizes.contains { $0 > 3_900_000_000 })
        }
    }

    @Test("Later images leave the earlier ones as they were")
    func laterImagesLeaveEarlier() {
        let before = FleetOutline(profile: .churn, images: 100, seed: 5, scale: 0.05)
        let after = FleetOutline(profile: .churn, images: 100, added: 2, seed: 5, scale: 0.05)
        #expect(after.images.count == 102)
        #expect(after.images.prefix(100).map(\.layers) == before.images.map(\.layers))
        #expect(after.layers.count <= before.layers.count + 4)
    }
}
