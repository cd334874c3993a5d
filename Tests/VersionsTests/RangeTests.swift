import Testing

@testable import Versions

struct RangeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let scheme: VersionScheme
        let version: String
        let range: String
        let expected: Bool?

        init(_ scheme: VersionScheme, _ version: String, _ range: String, _ expected: Bool?) {
            self.scheme = scheme
            self.version = version
            self.range = range
            self.expected = expected
        }

        var testDescription: String { "\(scheme): \(version) in \(range)" }
    }

    @Test(
        "operators, commas, bars and white space combine bounds",
        arguments: [
            Case(.dpkg, "1.0-1", "", true), Case(.dpkg, "1.0-1", "   ", true), Case(.dpkg, "1.0-1", "<< 1.0-2", true),
            Case(.dpkg, "1.0~rc1-1", ">=1.0~rc1-1", true), Case(.rpm, "1.0^git3-1", ">=1.0^git1-1 <1.0^git5-1", true),
            Case(.semver, "1.5.0", ">=1.0<2.0", true), Case(.semver, "1.5.0", "=< 1.5", true),
            Case(.semver, "1.5.0", "!= 1.5", false), Case(.semver, "3.0.0", "<1 || >=2,<3 || >=3.0", true),
            Case(.semver, "1.9.9", "^1.2.3", true), Case(.semver, "2.0.0-rc1", "^1.2.3", false),
            Case(.semver, "0.2.9", "^0.2.3", true), Case(.semver, "0.3.0", "^0.2.3", false),
            Case(.semver, "1.3.0", "~1.2.3", false), Case(.semver, "1.3.0", "~>1.2", true),
            Case(.go, "go1.21rc3", ">= 1.21.0-0, < 1.21.8", true), Case(.go, "1.20.14", ">= 1.21.0-0, < 1.21.8", false),
            Case(.apk, "1.2.5-r3", "~1.2", true), Case(.apk, "1.20", "~1.2", false), Case(.apk, "1.3", "~1.2", false),
        ]
    )
    func combined(example: Case) {
        check(example)
    }

    @Test(
        "a malformed range, or an operator the scheme does not have, has no answer",
        arguments: [
            Case(.dpkg, "1", "||", nil), Case(.dpkg, "1", "< 2 ||", nil), Case(.dpkg, "1", "<", nil),
            Case(.dpkg, "1", "<>2", nil), Case(.dpkg, "1", "< 2 | > 3", nil), Case(.dpkg, "1", ",", nil),
            Case(.dpkg, "1", "^1", nil), Case(.maven, "1", "~> 1", nil), Case(.maven, "1", "[1,2", nil),
            Case(.maven, "1", "(1)", nil), Case(.pep440, "1", "~= 1", nil), Case(.pep440, "1", ">= 1.*", nil),
            Case(.pep440, "1", "< nonsense", nil), Case(.npm, "1.0.0", "^nonsense", nil),
            Case(.semver, "1.0.0", "*", nil),
            Case(.semver, "1", "<==== 2", nil),
        ]
    )
    func malformed(example: Case) {
        check(example)
    }

    @Test(
        "pep440 answers as the specifiers of PEP 440, pre-releases being ordinary versions",
        arguments: [
            Case(.pep440, "1.4.5", "~=1.4.2", true), Case(.pep440, "1.5", "~=1.4.2", false),
            Case(.pep440, "1.4.5a1", "==1.4.*", true), Case(.pep440, "1", "==1.0.*", true),
            Case(.pep440, "1.5", "!=1.4.*", true), Case(.pep440, "1!1.4", "==1.4.*", false),
            Case(.pep440, "1.0+cgr.1", "==1.0", true), Case(.pep440, "1.0", "<1.0+cgr.1", true),
            Case(.pep440, "1.0+cgr.1", "<=1.0", true), Case(.pep440, "1.0+cgr.1", ">1.0", false),
            Case(.pep440, "1.0+cgr.1", "<=1.0+cgr.0", false),
            // Bounds speak of the order alone: of 2.0's pre-releases an advisory that ends before 2.0 holds all.
            Case(.pep440, "2.0b3", "<2.0", true), Case(.pep440, "2.post1", ">2", true),
        ]
    )
    func python(example: Case) {
        check(example)
    }

    @Test(
        "npm answers as node-semver 7 with includePrerelease",
        arguments: [
            Case(.npm, "1.2.9", "1.2.x", true), Case(.npm, "1.3.0", "1.2.x", false), Case(.npm, "9.9.9", "*", true),
            Case(.npm, "9.9.9", "", true), Case(.npm, "9.9.9", "<1 || *", true), Case(.npm, "1.3.0", "> 1.2", true),
            Case(.npm, "1.2.9", "> 1.2", false), Case(.npm, "1.2.9", "<= 1.2", true),
            Case(.npm, "2.3.9", "1.2.3 - 2.3", true), Case(.npm, "2.4.0", "1.2.3 - 2.3", false),
            Case(.npm, "2.0.0-rc.1", "^1.0.0", false), Case(.npm, "2.0.0-rc.1", "< 2.0.0", true),
            Case(.npm, "1.0.0-rc.1", "^1.0.0", false), Case(.npm, "0.0.3", "^0.0.3", true),
            Case(.npm, "0.0.0", "<*", false), Case(.npm, "1.2.3", ">=1.2.3 <1.2.4, !=1.2.3", false),
        ]
    )
    func npm(example: Case) {
        check(example)
    }

    @Test(
        "rubygems answers as Gem::Requirement",
        arguments: [
            Case(.rubygems, "1.3", "~> 1.2", true), Case(.rubygems, "2.0", "~> 1.2", false),
            Case(.rubygems, "2.0.a", "~> 1.2", false), Case(.rubygems, "1.2.9", "~> 1.2.3", true),
            Case(.rubygems, "1.3", "~> 1.2.3", false), Case(.rubygems, "1.9", "~> 1", true),
            Case(.rubygems, "1.3", "~> 1.2.b", true),
        ]
    )
    func rubygems(example: Case) {
        check(example)
    }

    @Test(
        "maven answers for its intervals as its requirement specification says",
        arguments: [
            Case(.maven, "1.5", "[1.0,2.0)", true), Case(.maven, "2.0", "[1.0,2.0)", false),
            Case(.maven, "1.0", "(1.0,2.0]", false), Case(.maven, "0.9", "(,1.0]", true),
            Case(.maven, "1.2", "[1.2]", true), Case(.maven, "1.2.1", "[1.2]", false),
            Case(.maven, "3", "(,1.0],[2.0,)", true), Case(.maven, "1.5", "(,1.0], [2.0,)", false),
        ]
    )
    func maven(example: Case) {
        check(example)
    }

    @Test("a range beyond the limit of bounds is refused", arguments: VersionScheme.allCases)
    func tooManyBounds(scheme: VersionScheme) {
        let most = Array(repeating: "<2", count: VersionRange.maxBounds)
        #expect(VersionRange(most.joined(separator: ","), scheme: scheme) != nil)
        #expect(VersionRange(most.joined(separator: "||"), scheme: scheme) != nil)
        #expect(VersionRange((most + ["<2"]).joined(separator: ","), scheme: scheme) == nil)
        #expect(VersionRange((most + ["<2"]).joined(separator: "||"), scheme: scheme) == nil)
    }

    @Test("one parsed range answers for many versions")
    func reuse() throws {
        let range = try #require(VersionRange(">=1.0, <2.0", scheme: .maven))
        let answers = ["0.9", "1.0", "1.9-rc1", "2.0"].map { range.contains(ParsedVersion($0, scheme: .maven)) }
        #expect(answers == [false, true, true, false])
        #expect(range.contains(ParsedVersion("1.5", scheme: .npm)) == nil)
    }

    private func check(_ example: Case) {
        #expect(Versions.satisfies(example.version, example.range, scheme: example.scheme) == example.expected)
    }
}
