import Postgres

/// Which of a report's images hold which package, in memory: the sets of packages that their layers bring, each once.
///
/// A fleet of 100,000 images comes to some millions of numbers here, where a row for each image and package would be
/// ten times as many.
struct FleetIndex {
    private struct Held {
        var images: [Int32] = []
        var packages: [Int32] = []
        var owned: Set<Int32> = []
    }

    /// How many images there are, whatever their state.
    let imageCount: Int
    private var sets: [Held] = []
    /// The sets of a package; those in which its owner answers for it are apart (`package_sets.owned_ids`).
    private var exposing: [Int32: [Int32]] = [:]
    private var owning: [Int32: [Int32]] = [:]
    private var marks: [Int32]
    private var mark: Int32 = 0

    /// Reads the sets of the images in the table `report_images` (or one of its form) that are not gone.
    init(_ session: PostgresSession, images table: String = "report_images") throws {
        imageCount = try session.count("SELECT coalesce(max(image) + 1, 0) FROM \(table)")
        marks = Array(repeating: 0, count: imageCount)
        for row in try session.execute(
            """
            SELECT package_sets.id, package_ids, owned_ids, array_agg(image ORDER BY image)
            FROM \(table) AS shown JOIN image_sets USING (manifest_id) JOIN package_sets ON package_sets.id = set_id
            WHERE state <> 'gone' GROUP BY package_sets.id
            """
        ) {
            var held = Held()
            held.packages = try row.ints(1).map { Int32(truncatingIfNeeded: $0) }
            held.owned = Set(try row.ints(2).map { Int32(truncatingIfNeeded: $0) })
            held.images = try row.ints(3).map { Int32(truncatingIfNeeded: $0) }
            let place = Int32(truncatingIfNeeded: sets.count)
            for package in held.packages {
                if held.owned.contains(package) {
                    owning[package, default: []].append(place)
                } else {
                    exposing[package, default: []].append(place)
                }
            }
            sets.append(held)
        }
    }

    /// The packages of the fleet whose vulnerabilities count.
    var exposed: [Int] { exposing.keys.map(Int.init) }

    /// How many distinct packages the images hold.
    var packageCount: Int { exposing.count + owning.keys.count { exposing[$0] == nil } }

    /// The packages of the fleet.
    var packages: [Int] { exposed + owning.keys.filter { exposing[$0] == nil }.map(Int.init) }

    /// How many packages each image has, by the image's number.
    var packagesByImage: [Int] {
        var sums = Array(repeating: 0, count: imageCount)
        for held in sets { for image in held.images { sums[Int(image)] += held.packages.count } }
        return sums
    }

    /// Sums a value of packages over each image's exposed ones; `add` adds one set's sum to an image's.
    func sums<Value>(of values: [Int: Value], zero: Value, add: (inout Value, Value) -> Void) -> [Value] {
        var sums = Array(repeating: zero, count: imageCount)
        for held in sets {
            var sum = zero
            for package in held.packages where !held.owned.contains(package) {
                if let value = values[Int(package)] { add(&sum, value) }
            }
            for image in held.images { add(&sums[Int(image)], sum) }
        }
        return sums
    }

    /// How many of `packages` each image of `wanted` has, those that count.
    func findings(of packages: [Int], in wanted: Set<Int>) -> [Int: Int] {
        var counts: [Int: Int] = [:]
        guard !wanted.isEmpty else { return counts }
        for package in packages {
            for place in exposing[Int32(truncatingIfNeeded: package)] ?? [] {
                for image in sets[Int(place)].images where wanted.contains(Int(image)) {
                    counts[Int(image), default: 0] += 1
                }
            }
        }
        return counts
    }

    /// In how many images at least one of `packages` is; with `exposed`, is and counts.
    mutating func imageCount(of packages: [Int], exposed: Bool) -> Int {
        var count = 0
        forEachImage(of: packages, exposed: exposed) { _ in count += 1 }
        return count
    }

    /// Calls `body` with each image that has at least one of `packages`, once.
    mutating func forEachImage(of packages: [Int], exposed: Bool, _ body: (Int) -> Void) {
        mark &+= 1
        for package in packages {
            let key = Int32(truncatingIfNeeded: package)
            for places in [exposing[key] ?? [], exposed ? [] : owning[key] ?? []] {
                for place in places {
                    for image in sets[Int(place)].images where marks[Int(image)] != mark {
                        marks[Int(image)] = mark
                        body(Int(image))
                    }
                }
            }
        }
    }
}
