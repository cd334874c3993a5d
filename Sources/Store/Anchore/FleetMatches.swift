package import AnchoreAPI

/// Images that answer a question about the fleet, the one with the highest number first, and the packages that each holds.
///
/// What an image holds is kept as the sets it is made of: most images share theirs with many others, so that the answer
/// about seventy thousand images is two numbers for each and no more.
package struct FleetMatches: Sendable {
    package let packages: [FleetPackage]

    private struct Holding {
        var image: Int
        /// A place in `sets`.
        var set: Int
    }

    /// The numbers of sets, and beside them the places of their packages in ``packages``.
    private(set) var setNumbers: [Int] = []
    private var sets: [[Int]] = []
    private var placesOfSets: [Int: Int] = [:]
    /// Sorted by image once all are there; `starts` has where each image begins, and the end.
    private var holdings: [Holding] = []
    private var starts: [Int] = [0]

    init(packages: [FleetPackage]) { self.packages = packages }

    mutating func add(package place: Int, toSet number: Int) {
        if let set = placesOfSets[number] {
            sets[set].append(place)
        } else {
            placesOfSets[number] = sets.count
            setNumbers.append(number)
            sets.append([place])
        }
    }

    /// Adds what images hold; `set` is a place in ``setNumbers``.
    mutating func add(images: [Int], withSet set: Int) {
        guard sets.indices.contains(set) else { return }
        holdings.append(contentsOf: images.lazy.map { Holding(image: $0, set: set) })
    }

    mutating func sort() {
        // In which order the sets of an image come does not matter.
        holdings.sort { $0.image > $1.image }
        starts = holdings.indices.filter { $0 == 0 || holdings[$0].image != holdings[$0 - 1].image }
        starts.append(holdings.count)
        for set in sets.indices { sets[set].sort() }
        placesOfSets = [:]
    }

    /// How many images there are.
    package var count: Int { starts.count - 1 }

    /// The number of the image at a place below ``count``.
    package func number(at place: Int) -> Int { holdings[starts[place]].image }

    /// Where the packages of the image at a place below ``count`` are in ``packages``, in order.
    package func packages(at place: Int) -> [Int] {
        let held = holdings[starts[place]..<starts[place + 1]]
        // No package is in two sets of an image.
        return held.count == 1 ? sets[held[held.startIndex].set] : held.flatMap { sets[$0.set] }.sorted()
    }
}
