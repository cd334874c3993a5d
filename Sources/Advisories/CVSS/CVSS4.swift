/// Scores of CVSS version 4.0 (CVSS v4.0 specification, section 8): the macro vector's score, lowered by how far the
/// vector lies below the worst vector of its macro vector.
enum CVSS4 {
    /// The score with every metric that the vector states; `nil` where a base metric is missing or unknown.
    static func score(_ metrics: CVSSMetrics) -> Double? {
        guard let vector = Vector(metrics) else { return nil }
        guard vector.hasImpact else { return 0 }
        let macro = MacroVector(vector)
        guard let value = macro.tenths else { return nil }
        var lowered = 0.0
        var lowerNeighbours = 0.0
        for part in macro.parts(of: vector) {
            guard let next = part.nextLower else { continue }
            lowerNeighbours += 1
            lowered += Double(value - next) * Double(part.distance) / Double(part.depth)
        }
        let tenths = lowerNeighbours == 0 ? Double(value) : Double(value) - lowered / lowerNeighbours
        return (min(100, max(0, tenths)) + 1e-6).rounded(.toNearestOrAwayFromZero) / 10
    }

    /// The levels of a vector's metrics, 0 for the worst.
    struct Vector {
        private var levels: [Substring: Int] = [:]

        private static let scales: [(name: Substring, values: [Substring], isBase: Bool)] = [
            ("AV", ["N", "A", "L", "P"], true), ("AC", ["L", "H"], true), ("AT", ["N", "P"], true),
            ("PR", ["N", "L", "H"], true), ("UI", ["N", "P", "A"], true), ("VC", ["H", "L", "N"], true),
            ("VI", ["H", "L", "N"], true), ("VA", ["H", "L", "N"], true), ("SC", ["S", "H", "L", "N"], true),
            ("SI", ["S", "H", "L", "N"], true), ("SA", ["S", "H", "L", "N"], true), ("E", ["A", "P", "U"], false),
            ("CR", ["H", "M", "L"], false), ("IR", ["H", "M", "L"], false), ("AR", ["H", "M", "L"], false),
        ]

        init?(_ metrics: CVSSMetrics) {
            for scale in Self.scales {
                let stated = metrics[scale.name]
                if scale.isBase {
                    guard let stated, stated != "S", scale.values.contains(stated) else { return nil }
                }
                let modified = scale.isBase ? metrics["M\(scale.name)"] : nil
                let effective = [modified, stated].compactMap { $0 }.first { $0 != "X" } ?? scale.values[0]
                guard let level = scale.values.firstIndex(of: effective) else { return nil }
                levels[scale.name] = level
            }
        }

        subscript(name: Substring) -> Int { levels[name] ?? 0 }

        var hasImpact: Bool {
            self["VC"] < 2 || self["VI"] < 2 || self["VA"] < 2 || self["SC"] < 3 || self["SI"] < 3 || self["SA"] < 3
        }
    }

    /// One equivalence set (EQ3 and EQ6 together are one) of a vector.
    struct Part {
        /// The score, in tenths, of the macro vector one level lower in this set; `nil` at the lowest level.
        var nextLower: Int?
        /// Steps between the worst vector of the level and this one.
        var distance: Int
        /// Steps in the whole level.
        var depth: Int
    }

    /// The levels of the six equivalence sets (tables 24 to 29).
    struct MacroVector {
        private var eq1 = 0
        private var eq2 = 0
        private var eq3 = 0
        private var eq4 = 0
        private var eq5 = 0
        private var eq6 = 0

        init(_ vector: Vector) {
            let open = [vector["AV"], vector["PR"], vector["UI"]].count { $0 == 0 }
            eq1 = open == 3 ? 0 : open > 0 && vector["AV"] != 3 ? 1 : 2
            eq2 = vector["AC"] == 0 && vector["AT"] == 0 ? 0 : 1
            let high = (vector["VC"] == 0, vector["VI"] == 0, vector["VA"] == 0)
            eq3 = high.0 && high.1 ? 0 : high.0 || high.1 || high.2 ? 1 : 2
            let isSafety = vector["SI"] == 0 || vector["SA"] == 0
            eq4 = isSafety ? 0 : vector["SC"] == 1 || vector["SI"] == 1 || vector["SA"] == 1 ? 1 : 2
            eq5 = vector["E"]
            let demanded = high.0 && vector["CR"] == 0 || high.1 && vector["IR"] == 0 || high.2 && vector["AR"] == 0
            eq6 = demanded ? 0 : 1
        }

        var tenths: Int? { CVSS4Table.tenths(eq1: eq1, eq2: eq2, eq3: eq3, eq4: eq4, eq5: eq5, eq6: eq6) }

        /// The five parts, each with its neighbour, its distance and its depth (tables 24 to 29, section 8.3).
        func parts(of vector: Vector) -> [Part] {
            [
                Part(
                    nextLower: neighbour { $0.eq1 += 1 },
                    distance: distance(vector, ["AV", "PR", "UI"], Self.worst1[eq1]),
                    depth: [1, 4, 5][eq1]
                ),
                Part(
                    nextLower: neighbour { $0.eq2 += 1 },
                    distance: distance(vector, ["AC", "AT"], Self.worst2[eq2]),
                    depth: [1, 2][eq2]
                ),
                Part(
                    nextLower: nextLowerOfImpact,
                    distance: distance(vector, ["VC", "VI", "VA", "CR", "IR", "AR"], Self.worst36[eq3 * 2 + eq6]),
                    depth: [7, 6, 8, 8, 10, 10][eq3 * 2 + eq6]
                ),
                Part(
                    nextLower: neighbour { $0.eq4 += 1 },
                    distance: distance(vector, ["SC", "SI", "SA"], Self.worst4[eq4]),
                    depth: [6, 5, 4][eq4]
                ),
                Part(nextLower: neighbour { $0.eq5 += 1 }, distance: 0, depth: 1),
            ]
        }

        private static let worst1 = [[[0, 0, 0]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[3, 0, 0], [1, 1, 1]]]
        private static let worst2 = [[[0, 0]], [[1, 0], [0, 1]]]
        private static let worst4 = [[[1, 0, 0]], [[1, 1, 1]], [[2, 2, 2]]]
        /// By EQ3, then EQ6: VC, VI, VA, CR, IR, AR.
        private static let worst36 = [
            [[0, 0, 0, 0, 0, 0]],
            [[0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]],
            [[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]],
            [
                [1, 0, 1, 0, 1, 0], [1, 0, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1], [0, 1, 1, 1, 0, 0],
                [1, 1, 0, 0, 0, 1],
            ],
            [],
            [[1, 1, 1, 0, 0, 0]],
        ]

        private func neighbour(_ change: (inout MacroVector) -> Void) -> Int? {
            var other = self
            change(&other)
            return other.tenths
        }

        private var nextLowerOfImpact: Int? {
            switch (eq3, eq6) {
            case (0, 0): [neighbour { $0.eq6 = 1 }, neighbour { $0.eq3 = 1 }].compactMap { $0 }.max()
            case (1, 0): neighbour { $0.eq6 = 1 }
            default: neighbour { $0.eq3 += 1 }
            }
        }

        /// The steps to the first of `worst` that is nowhere below the vector.
        private func distance(_ vector: Vector, _ names: [Substring], _ worst: [[Int]]) -> Int {
            for candidate in worst {
                let steps = zip(names, candidate).map { vector[$0.0] - $0.1 }
                if steps.allSatisfy({ $0 >= 0 }) { return steps.reduce(0, +) }
            }
            return 0
        }
    }
}
