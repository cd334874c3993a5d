/// A reproducible source of randomness (SplitMix64, Steele and others 2014), keyed so that each thing drawn has a
/// sequence of its own: a larger fleet begins with the smaller one.
struct FleetRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The sequence of the thing with this number in this domain.
    init(_ seed: UInt64, _ domain: StaticString, _ number: Int) {
        var mixed = seed
        domain.withUTF8Buffer { name in
            for byte in name { mixed = (mixed ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        self.init(seed: mixed ^ (UInt64(truncatingIfNeeded: number) &* 0xd134_2543_de82_ef95))
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but without, `bound`, which must be positive.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// From 0 up to, but without, 1.
    mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// A number below `bound` that is more often low than high: names and versions are not equally popular.
    mutating func skewed(_ bound: Int, by power: Int = 3) -> Int {
        var place = 1.0
        for _ in 0..<power { place *= unit() }
        return min(bound - 1, Int(place * Double(bound)))
    }
}
