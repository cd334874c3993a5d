import TallymanTesting
import Testing

@testable import Versions

struct OrderPropertyTests {
    static let seed: UInt64 = 20_240_601

    static func versions(_ count: Int, _ scheme: VersionScheme) -> [ParsedVersion] {
        var generator = SeededRandom(seed: seed)
        return (0..<count).map { _ in ParsedVersion(scheme.randomVersion(using: &generator), scheme: scheme) }
    }

    @Test("a version equals itself and exchanging two versions reverses the outcome", arguments: VersionScheme.allCases)
    func antisymmetry(scheme: VersionScheme) {
        let versions = Self.versions(300, scheme)
        for one in versions {
            #expect(one.compare(to: one) == (one.isOrdered ? .equal : nil))
            for two in versions where one.compare(to: two) != two.compare(to: one)?.reversed {
                Issue.record("\(one) against \(two)")
            }
        }
    }

    /// `ComparableVersion` itself is not transitive (`1 < 1x1x < 1-0rc < 1`), so Maven is left out.
    @Test("the order is transitive", arguments: VersionScheme.allCases.filter { $0 != .maven })
    func transitivity(scheme: VersionScheme) {
        let versions = Self.versions(110, scheme).filter(\.isOrdered)
        for one in versions {
            for two in versions where one.compare(to: two) != .greater {
                for three in versions where two.compare(to: three) != .greater {
                    let isStrict = one.compare(to: two) == .less || two.compare(to: three) == .less
                    let outcome = one.compare(to: three)
                    if outcome == .greater || (isStrict && outcome != .less) {
                        Issue.record("\(one), \(two), \(three)")
                    }
                }
            }
        }
    }

    @Test("hostile bytes neither trap nor make a version unequal to itself", arguments: VersionScheme.allCases)
    func hostileBytes(scheme: VersionScheme) {
        var generator = SeededRandom(seed: Self.seed)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...24, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = String(decoding: bytes, as: UTF8.self)
            let version = ParsedVersion(text, scheme: scheme)
            #expect(version.compare(to: version) == (version.isOrdered ? .equal : nil))
            _ = Versions.satisfies("1.2.3", text, scheme: scheme)
            _ = Versions.satisfies(text, ">= 1, < 2 || = 3", scheme: scheme)
        }
    }
}
