import Testing

@testable import Versions

/// Hard pairs of each scheme, with where the expected outcome comes from.
struct HardOrderTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        let scheme: VersionScheme
        let left: String
        let outcome: VersionComparison
        let right: String

        init(_ scheme: VersionScheme, _ left: String, _ outcome: VersionComparison, _ right: String) {
            self.scheme = scheme
            self.left = left
            self.outcome = outcome
            self.right = right
        }

        var testDescription: String { "\(scheme): \(left) \(outcome.symbol) \(right)" }
    }

    @Test(
        "dpkg orders as dpkg --compare-versions 1.21 does",
        arguments: [
            Pair(.dpkg, "1.0~rc1", .less, "1.0"), Pair(.dpkg, "1.0~~", .less, "1.0~~a"),
            Pair(.dpkg, "1.0~~a", .less, "1.0~"), Pair(.dpkg, "1.0a", .less, "1.0+"),
            Pair(.dpkg, "1.0", .equal, "1.0-0"),
            Pair(.dpkg, "1.0-1", .less, "1.0-1+b1"), Pair(.dpkg, "1:0", .greater, "9"),
            Pair(.dpkg, "1-2-3", .greater, "1-1-4"), Pair(.dpkg, "1.0+dfsg-1", .greater, "1.0-1"),
            Pair(.dpkg, "", .less, "~"), Pair(.dpkg, "1.Z", .less, "1.a"), Pair(.dpkg, "1.002", .equal, "1.2"),
            Pair(.dpkg, "+3:1.0", .equal, "3:1.0"), Pair(.dpkg, "+3.1", .greater, "9"),
        ]
    )
    func dpkg(pair: Pair) {
        check(pair)
    }

    @Test(
        "rpm orders as rpm 4.18 does",
        arguments: [
            Pair(.rpm, "1.0~rc1", .less, "1.0"), Pair(.rpm, "1.0^", .greater, "1.0"),
            Pair(.rpm, "1.0^a", .less, "1.0.1"),
            Pair(.rpm, "1.0~rc1^git1", .greater, "1.0~rc1"), Pair(.rpm, "1.0^git1~pre", .less, "1.0^git1"),
            Pair(.rpm, "1a", .less, "1.0"), Pair(.rpm, "b0", .less, "b0-"), Pair(.rpm, ":1", .equal, "0:1"),
            Pair(.rpm, "5.el8", .less, "5.el8.0.0"), Pair(.rpm, "1..0", .equal, "1.0"),
            Pair(.rpm, "1:1-1", .greater, "2-1"), Pair(.rpm, "1-", .greater, "1-~"),
        ]
    )
    func rpm(pair: Pair) {
        check(pair)
    }

    @Test(
        "apk orders as apk-tools 3 does",
        arguments: [
            Pair(.apk, "1.0_alpha", .less, "1.0_beta"), Pair(.apk, "1.0_rc1", .less, "1.0"),
            Pair(.apk, "1.0", .less, "1.0_p1"), Pair(.apk, "1.0_cvs", .less, "1.0_svn"),
            Pair(.apk, "1.0_git", .less, "1.0_hg"), Pair(.apk, "1.01", .less, "1.1"), Pair(.apk, "1.0", .less, "1.00"),
            Pair(.apk, "1.0a", .greater, "1.0"), Pair(.apk, "1.0a", .less, "1.0.1"),
            Pair(.apk, "1.0-r9", .less, "1.0-r10"),
            Pair(.apk, "1.0_foo", .less, "1.0"), Pair(.apk, "1.0_p", .less, "1.0_p1"),
            Pair(.apk, "1.0~ab", .greater, "1.0"),
            Pair(.apk, "01", .equal, "1"),
        ]
    )
    func apk(pair: Pair) {
        check(pair)
    }

    @Test(
        "pep440 orders as python packaging 26 does",
        arguments: [
            Pair(.pep440, "1.0.dev1", .less, "1.0a1.dev1"), Pair(.pep440, "1.0a1", .less, "1.0a1.post1"),
            Pair(.pep440, "1.0.post1.dev1", .less, "1.0.post1"), Pair(.pep440, "1.0", .less, "1.0.post1.dev1"),
            Pair(.pep440, "1!0.1", .greater, "2024.1"), Pair(.pep440, "1.0+abc", .less, "1.0+1"),
            Pair(.pep440, "1.0+a", .less, "1.0+a.0"), Pair(.pep440, "1.0-1", .equal, "1.0.post1"),
            Pair(.pep440, "v1.0-PREVIEW_2", .equal, "1rc2"), Pair(.pep440, "1.0+Ubuntu-1", .equal, "1.0.0+ubuntu.1"),
            Pair(.pep440, "1.0a", .equal, "1.0a0"), Pair(.pep440, "1.0r", .equal, "1.0.post0"),
        ]
    )
    func pep440(pair: Pair) {
        check(pair)
    }

    @Test(
        "semver orders as Semantic Versioning 2.0, section 11, says",
        arguments: [
            Pair(.semver, "1.0.0-alpha", .less, "1.0.0-alpha.1"),
            Pair(.semver, "1.0.0-alpha.beta", .less, "1.0.0-beta"),
            Pair(.semver, "1.0.0-beta.2", .less, "1.0.0-beta.11"), Pair(.semver, "1.0.0-rc.1", .less, "1.0.0"),
            Pair(.semver, "1.0.0+1", .equal, "1.0.0+2"), Pair(.semver, "1.0.0-1", .less, "1.0.0-a"),
            Pair(.semver, "1.0.0--", .less, "1.0.0"), Pair(.semver, "v1", .equal, "1.0.0"),
            Pair(.semver, "1.0.0-A", .less, "1.0.0-a"), Pair(.semver, "1.0.0-x.7.z", .less, "1.0.0-x.7.z.92"),
            Pair(.npm, "1.0.0-alpha.beta", .less, "1.0.0-alpha.beta.1"), Pair(.npm, "=v1.2.3", .equal, "1.2.3"),
        ]
    )
    func semver(pair: Pair) {
        check(pair)
    }

    @Test(
        "maven orders as ComparableVersion of Maven 4 does",
        arguments: [
            Pair(.maven, "2.0.a", .equal, "2.0.0.a"), Pair(.maven, "1.0.RC2", .less, "1.0-RC3"),
            Pair(.maven, "1.0-RC3", .less, "1.0.1"), Pair(.maven, "1-sp", .greater, "1-ga"),
            Pair(.maven, "1-sp-1", .greater, "1-ga-1"),
            Pair(.maven, "1-1.foo-bar1baz-.1", .less, "1-1.foo-bar-1-baz-0.1"),
            Pair(.maven, "1.0.0-RC1", .equal, "1-rc-1"), Pair(.maven, "1.foo", .equal, "1-foo"),
            Pair(.maven, "1-foo", .less, "1-1"), Pair(.maven, "1-1", .less, "1.1"),
            Pair(.maven, "1-m1", .less, "1-rc1"),
            Pair(.maven, "31.0-jre", .greater, "31.0-android"), Pair(.maven, "1.0.0.Final", .equal, "1"),
            Pair(.maven, "1-a1", .equal, "1-alpha-1"), Pair(.maven, "1", .less, "1x1x"),
            Pair(.maven, "1x1x", .less, "1-0rc"), Pair(.maven, "1-0rc", .less, "1"),
            Pair(.maven, "1.0-SNAPSHOT", .less, "1.0"),
        ]
    )
    func maven(pair: Pair) {
        check(pair)
    }

    @Test(
        "rubygems orders as Gem::Version 3.3 does",
        arguments: [
            Pair(.rubygems, "1.0", .equal, "1"), Pair(.rubygems, "1.0.a", .less, "1"),
            Pair(.rubygems, "1.a", .equal, "1.0.a"),
            Pair(.rubygems, "1.8.2.b", .less, "1.8.2"), Pair(.rubygems, "1.8.2.a10", .greater, "1.8.2.a9"),
            Pair(.rubygems, "5.2.4.a.0", .equal, "5.2.4.a"), Pair(.rubygems, "1.2.b1", .equal, "1.2.b.1"),
            Pair(.rubygems, "1.0-1", .less, "1.0"), Pair(.rubygems, "1.0.B", .less, "1.0.a"),
            Pair(.rubygems, "1.0.0-java", .equal, "1.0"),
        ]
    )
    func rubygems(pair: Pair) {
        check(pair)
    }

    @Test(
        "go orders as the Go modules reference and the names of Go's releases say",
        arguments: [
            Pair(.go, "v2.0.0+incompatible", .equal, "v2.0.0"), Pair(.go, "go1.21rc2", .less, "go1.21.0"),
            Pair(.go, "go1.21rc2", .less, "go1.21rc10"), Pair(.go, "go1.21beta1", .less, "go1.21rc1"),
            Pair(.go, "go1.21rc2", .greater, "1.21.0-0"), Pair(.go, "go1.20", .equal, "v1.20.0"),
            Pair(.go, "go1.20.12 X:strictfipsruntime", .equal, "1.20.12"), Pair(.go, "1.22.1-custom", .less, "1.22.1"),
            Pair(.go, "go1.22.1-custom", .equal, "go1.22.1"),
            Pair(.go, "v1.2.4-0.20191109021931-daa7c04131f5", .less, "v1.2.4"),
            Pair(.go, "v1.2.4-0.20191109021931-daa7c04131f5", .greater, "v1.2.3"),
            Pair(.go, "v1.2.3-pre.0.20191109021931-daa7c04131f5", .greater, "v1.2.3-pre"),
            Pair(.go, "v2.0.1-0.20180101000000-abcdefabcdef+incompatible", .less, "v2.0.1+incompatible"),
        ]
    )
    func go(pair: Pair) {
        check(pair)
    }

    @Test(
        "generic puts words for pre-releases below and all other suffixes above",
        arguments: [
            Pair(.generic, "1.1.1k", .greater, "1.1.1"), Pair(.generic, "1.1.1k", .less, "1.1.1l"),
            Pair(.generic, "1.2-rc1", .less, "1.2"), Pair(.generic, "1.2.3-4", .greater, "1.2.3"),
            Pair(.generic, "9.0p1", .greater, "9.0"), Pair(.generic, "1.2-alpha", .less, "1.2-beta"),
        ]
    )
    func generic(pair: Pair) {
        check(pair)
    }

    @Test(
        "composer orders as composer/semver 3.3 does",
        arguments: [
            Pair(.composer, "1.21.10", .greater, "1.21.10a1"), Pair(.composer, "2.0b2", .less, "2.0"),
            Pair(.composer, "1.0-beta", .equal, "1.0-b"), Pair(.composer, "2.10-a", .equal, "2.10-alpha"),
            Pair(.composer, "8.8.1-stable", .equal, "8.8.1"), Pair(.composer, "2b2", .less, "2-RC1"),
            Pair(.composer, "2-p2", .equal, "2-pl2"), Pair(.composer, "2-patch1", .greater, "2"),
            Pair(.composer, "0.1.2+b", .equal, "0.1.2"), Pair(.composer, "1.0-dev", .less, "1.0-alpha1"),
            Pair(.composer, "v6.4.0", .equal, "6.4"), Pair(.composer, "1.0-beta2-dev", .less, "1.0-beta2"),
        ]
    )
    func composer(pair: Pair) {
        check(pair)
    }

    @Test(
        "nuget orders as NuGet's documentation on version ordering says",
        arguments: [
            Pair(.nuget, "1.0.0-ci-20240101", .less, "1.0.0"), Pair(.nuget, "1.0.0-Beta", .equal, "1.0.0-beta"),
            Pair(.nuget, "1.0.0-alpha", .less, "1.0.0-BETA"), Pair(.nuget, "1.0.0.1", .greater, "1.0.0"),
            Pair(.nuget, "1.0.0.0", .equal, "1.0"), Pair(.nuget, "1.01.1", .equal, "1.1.1"),
            Pair(.nuget, "1.0.0-rc.10", .greater, "1.0.0-rc.2"), Pair(.nuget, "1.0.0+a", .equal, "1.0.0+b"),
            Pair(.nuget, "8.0.0-preview.7.23375.6", .less, "8.0.0-rc.1.23419.4"),
        ]
    )
    func nuget(pair: Pair) {
        check(pair)
    }

    @Test(
        "what has no place in an order is compared to nothing",
        arguments: [
            (VersionScheme.go, "(devel)"), (.go, "devel go1.23-abcdef"), (.go, ""), (.semver, "latest"),
            (.pep440, "1.2..4"),
            (.pep440, "2004d-custom"), (.npm, "workspace:*"), (.generic, "--"), (.composer, "dev-main"),
            (.nuget, "latest"),
        ]
    )
    func unordered(scheme: VersionScheme, text: String) {
        #expect(Versions.compare(text, "1.0", scheme: scheme) == nil)
        #expect(Versions.compare("1.0", text, scheme: scheme) == nil)
        #expect(Versions.satisfies(text, "< 2", scheme: scheme) == nil)
        #expect(Versions.satisfies(text, "", scheme: scheme) == true)
    }

    @Test("versions of two schemes are not compared")
    func mixed() {
        #expect(ParsedVersion("1", scheme: .npm).compare(to: ParsedVersion("1", scheme: .semver)) == nil)
    }

    private func check(_ pair: Pair) {
        #expect(Versions.compare(pair.left, pair.right, scheme: pair.scheme) == pair.outcome)
        #expect(Versions.compare(pair.right, pair.left, scheme: pair.scheme) == pair.outcome.reversed)
    }
}
