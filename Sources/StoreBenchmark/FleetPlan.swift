/// A set of packages that a layer brings, shared by the images built on it.
struct PlannedSet: Sendable {
    let id: Int
    let packages: [Int]
}

/// A layer: its number, how large its stored report and path table are, and which packages its files list.
struct PlannedLayer: Sendable {
    let id: Int
    let reportBytes: Int
    let pathBytes: Int
    let packages: [Int]
}

/// An image: its layers from the lowest, and the sets that some of them bring.
struct PlannedImage: Sendable {
    let id: Int
    let repository: Int
    let tag: Int
    let family: Int
    let layers: [Int]
    let sets: [(layer: Int, set: Int)]
}

/// Which images a synthetic fleet has: base images that are rebuilt with newer packages, runtimes on them shared by
/// several repositories, and for each tag an application's code, whose dependencies change in every other tag.
struct FleetPlan {
    let size: FleetSize
    private(set) var sets: [PlannedSet] = []
    private(set) var layers: [PlannedLayer] = []
    private(set) var images: [PlannedImage] = []
    private var random: FleetRandom
    private var bases: [(family: Int, layers: [Int], sets: [Int])] = []
    private var lasting: [(family: Int, layers: [Int], sets: [Int])] = []
    private var nextSet: Int
    private var nextLayer: Int
    private var nextImage: Int

    private static let runtimesOfBase = 3

    /// The whole fleet.
    init(_ size: FleetSize) {
        self.size = size
        random = FleetRandom(seed: size.seed, stream: 1)
        (nextSet, nextLayer, nextImage) = (1, 1, 1)
        for base in 0..<size.bases { planBase(base) }
        for repository in 1...size.repositories { planRepository(repository) }
    }

    /// What a night of new pushes brings: every tag of `repositories`, of the first half, built anew.
    init(renewing repositories: ClosedRange<Int>, of plan: FleetPlan, stream: Int) {
        size = plan.size
        // What only images of the first half are built on may be gone by now.
        bases = plan.lasting
        random = FleetRandom(seed: plan.size.seed, stream: stream)
        (nextSet, nextLayer, nextImage) = (plan.nextSet, plan.nextLayer, plan.nextImage)
        for repository in repositories { planRepository(repository) }
    }

    /// The plan whose numbers go on behind those of `night`.
    func followed(by night: FleetPlan) -> FleetPlan {
        var plan = self
        (plan.nextSet, plan.nextLayer, plan.nextImage) = (night.nextSet, night.nextLayer, night.nextImage)
        return plan
    }

    private func package(family: Int, name: Int, version: Int) -> Int {
        (family * size.namesOfFamily + name % size.namesOfFamily) * FleetSize.versions + version % FleetSize.versions
            + 1
    }

    private mutating func layer(report: Int, paths: Int, _ packages: Set<Int> = []) -> Int {
        layers.append(
            PlannedLayer(id: nextLayer, reportBytes: report, pathBytes: paths, packages: packages.sorted())
        )
        nextLayer += 1
        return nextLayer - 1
    }

    private mutating func set(_ packages: Set<Int>) -> Int {
        sets.append(PlannedSet(id: nextSet, packages: packages.sorted()))
        nextSet += 1
        return nextSet - 1
    }

    private mutating func planBase(_ number: Int) {
        let family = number % PackageFamily.distributions.count
        let names = Set((0..<random.number(60...320)).map { _ in random.skewed(below: size.namesOfFamily) })
        var versions = Dictionary(uniqueKeysWithValues: names.sorted().map { ($0, random.number(0...3)) })
        for _ in 0..<FleetSize.rebuilds {
            for name in names.sorted() where random.number(1...20) == 1 { versions[name, default: 0] += 1 }
            let installed = Set(versions.map { package(family: family, name: $0.key, version: $0.value) })
            let os = layer(report: 40 * names.count, paths: 60_000, installed)
            let settings = layer(report: 200, paths: 300)
            let system = set(installed)
            for _ in 0..<Self.runtimesOfBase {
                let language = PackageFamily.distributions.count + random.number(0...PackageFamily.languages.count - 1)
                let added = Set((0..<random.number(5...40)).map { _ in random.skewed(below: size.namesOfFamily) })
                    .subtracting(names)
                var brought = Set(added.map { package(family: family, name: $0, version: 1) })
                for _ in 0..<5 {
                    brought.insert(
                        package(family: language, name: random.number(0...30), version: random.number(0...7))
                    )
                }
                // The distribution's database is written anew, with all that was installed before.
                let runtime = layer(report: 40 * brought.count, paths: 20_000, brought.union(installed))
                bases.append((family, [os, settings, runtime], [system, set(brought)]))
            }
        }
    }

    private mutating func planRepository(_ repository: Int) {
        let language = PackageFamily.distributions.count + repository % PackageFamily.languages.count
        let names = Set((0..<random.number(30...150)).map { _ in random.skewed(below: size.namesOfFamily) }).sorted()
        var versions = Dictionary(uniqueKeysWithValues: names.map { ($0, random.number(0...7)) })
        var base = bases[random.number(0...bases.count - 1)]
        var dependencies: (layer: Int, set: Int)?
        for tag in 1...FleetSize.tagsOfRepository {
            if random.number(1...10) == 1 { base = bases[random.number(0...bases.count - 1)] }
            if dependencies == nil || tag % 2 == 0 {
                for name in names where random.number(1...10) == 1 { versions[name, default: 0] += 1 }
                let brought = Set(versions.map { package(family: language, name: $0.key, version: $0.value) })
                dependencies = (layer(report: 40 * names.count, paths: 3_000, brought), set(brought))
            }
            if repository > size.repositories / 2 { lasting.append(base) }
            let code = layer(report: 200, paths: 500)
            guard let dependencies else { continue }
            images.append(
                PlannedImage(
                    id: nextImage,
                    repository: repository,
                    tag: tag,
                    family: base.family,
                    layers: base.layers + [dependencies.layer, code],
                    sets: [(0, base.sets[0]), (2, base.sets[1]), (3, dependencies.set)]
                )
            )
            nextImage += 1
        }
    }
}
