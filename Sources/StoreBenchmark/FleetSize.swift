import ScanModel

/// How large a synthetic fleet is, and from which seed it is made; the same numbers give the same fleet.
package struct FleetSize: Sendable {
    /// Manifests, each with a tag.
    package var images: Int
    /// Distinct package versions; a multiple of ``versions`` times the number of families is made of it.
    package var packages: Int
    package var seed: UInt64

    package init(images: Int, packages: Int, seed: UInt64) {
        self.images = images
        self.packages = packages
        self.seed = seed
    }

    /// Versions that a package name has in the fleet.
    static let versions = 8
    /// Tags of a repository.
    static let tagsOfRepository = 20
    /// Rebuilds of a base image that images are built on.
    static let rebuilds = 10

    /// Base images, each with ``rebuilds``.
    var bases: Int { max(4, images / 250) }
    var repositories: Int { max(1, images / Self.tagsOfRepository) }
    var namesOfFamily: Int { max(10, packages / (PackageFamily.all.count * Self.versions)) }
}

/// Where packages come from: a release of a distribution, or a language's registry.
struct PackageFamily: Sendable {
    /// As advisories are filed.
    let ecosystem: String
    let type: String
    /// The release's `ID` and `VERSION_ID`; `nil` for a language.
    let distro: (id: String, version: String)?

    /// The release, as images state it.
    var release: Distro? { distro.map { Distro(id: $0.id, versionID: $0.version, name: $0.id) } }

    static let distributions = [
        PackageFamily(ecosystem: "debian:10", type: "deb", distro: ("debian", "10")),
        PackageFamily(ecosystem: "debian:11", type: "deb", distro: ("debian", "11")),
        PackageFamily(ecosystem: "debian:12", type: "deb", distro: ("debian", "12")),
        PackageFamily(ecosystem: "alpine:3.17", type: "apk", distro: ("alpine", "3.17.1")),
        PackageFamily(ecosystem: "alpine:3.18", type: "apk", distro: ("alpine", "3.18.4")),
        PackageFamily(ecosystem: "alpine:3.19", type: "apk", distro: ("alpine", "3.19.0")),
        PackageFamily(ecosystem: "almalinux:8", type: "rpm", distro: ("almalinux", "8.9")),
        PackageFamily(ecosystem: "almalinux:9", type: "rpm", distro: ("almalinux", "9.3")),
    ]
    static let languages = [
        PackageFamily(ecosystem: "pypi", type: "python", distro: nil),
        PackageFamily(ecosystem: "npm", type: "npm", distro: nil),
        PackageFamily(ecosystem: "go", type: "go-module", distro: nil),
        PackageFamily(ecosystem: "rubygems", type: "gem", distro: nil),
        PackageFamily(ecosystem: "crates.io", type: "rust-crate", distro: nil),
        PackageFamily(ecosystem: "bitnami", type: "bitnami", distro: nil),
    ]
    static let all = distributions + languages
}

/// A reproducible source of randomness (SplitMix64, Steele and others 2014).
struct FleetRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, stream: Int) { state = seed &+ UInt64(truncatingIfNeeded: stream) &* 0xd134_2543_de82_ef95 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// A number below `bound`, small ones much more often: some packages are in most images, most in few.
    mutating func skewed(below bound: Int) -> Int {
        let chance = Double.random(in: 0..<1, using: &self)
        return min(bound - 1, Int(Double(bound) * chance * chance * chance))
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) } }
        return Array(bytes.prefix(count))
    }

    mutating func digest() -> String {
        "sha256:" + bytes(32).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
