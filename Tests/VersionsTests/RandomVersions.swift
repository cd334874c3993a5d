import TallymanTesting

@testable import Versions

extension VersionScheme {
    /// Pieces that mean something in the scheme, from which random versions are put together.
    var pieces: [String] {
        let common = ["0", "1", "2", "10", "01", ".", ".", "-", "a", "b", "rc", "~", "+", "_"]
        return switch self {
        case .dpkg: common + [":", "Z", "~~"]
        case .rpm: common + [":", "^", "^", "é"]
        case .apk: common + ["_alpha", "_rc1", "_p", "_p2", "_git3", "_foo", "-r0", "-r1", "~ab1"]
        case .pep440: ["0", "1", "10", ".0", ".1", "a1", "b", "rc2", ".post1", ".dev1", "-1", "+a.1", "+1", "1!", "v"]
        case .semver, .npm, .go: common + ["v", "alpha", ".0", ".1", "go1", "+incompatible", "-0.2019"]
        case .maven: ["0", "1", "2", "10", ".", "-", ".1", "-1", "a", "rc", "sp", "alpha", "final", "x"]
        case .rubygems: common + [".a", ".pre", "-x86_64-linux"]
        case .nuget: common + ["Alpha", "RC", ".1.2"]
        case .composer: common + ["alpha", "RC", "-stable", "p1", "pl", "patch", "dev"]
        case .generic: common + ["alpha", "p1", "k", "snapshot"]
        }
    }

    func randomVersion(using generator: inout SeededRandom) -> String {
        let pieces = pieces
        let count = Int.random(in: 0...6, using: &generator)
        return (0..<count).reduce(into: String(Int.random(in: 0...2, using: &generator))) { text, _ in
            text += pieces.randomElement(using: &generator) ?? ""
        }
    }
}
