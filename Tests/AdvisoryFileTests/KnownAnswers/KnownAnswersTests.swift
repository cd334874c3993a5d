import Advisories
import Matching
import ScanModel
import TallymanTesting
import Testing

@testable import AdvisoryFile

/// What public advisories say about packages, asked as a scan asks.
///
/// The advisories are in `KnownFeeds`.
struct KnownAnswersTests {
    /// One file for the whole suite, made on first use.
    private static let shared = Result {
        let folder = try TemporaryFolder()
        try KnownFeeds.write(into: folder)
        let path = folder.path + "/advisories.db"
        let report = try AdvisoryFile.build(at: path, from: [folder.path])
        return (folder: folder, file: try AdvisoryFile(path: path), report: report)
    }

    private func check(_ answer: KnownAnswer) throws {
        let url = try #require(PackageURL(answer.purl))
        let found = try Self.shared.get().file.match([MatchSubject(url.package, distro: url.distro)]).flatMap { $0 }
        let finding = found.first { $0.id == answer.id }
        switch answer.verdict {
        case .fixed(let versions):
            #expect(finding?.fixedVersions == versions)
            #expect(finding?.fixState == .fixed)
        case .open(let state):
            #expect(finding?.fixState == state)
            #expect(finding?.fixedVersions == [])
        case .none: #expect(finding == nil)
        }
    }

    @Test("Every advisory that is written here is read")
    func feeds() throws {
        let report = try Self.shared.get().report
        #expect(report.providers.flatMap(\.problems) == [])
        #expect(report.skippedFiles == [])
    }

    @Test(
        "Debian packages, by the tracker",
        arguments: [
            .affected(
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?distro=debian-12&upstream=glibc",
                "CVE-2023-4911",
                "2.36-9+deb12u3"
            ),
            .safe(
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u3?distro=debian-12&upstream=glibc",
                "CVE-2023-4911",
                "the fix itself"
            ),
            .safe(
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u3%2Bb1?distro=debian-12&upstream=glibc%402.36-9%2Bdeb12u3",
                "CVE-2023-4911",
                "a rebuild of the fix"
            ),
            .affected(
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u2%2Bb9?distro=debian-12&upstream=glibc%402.36-9%2Bdeb12u2",
                "CVE-2023-4911",
                "2.36-9+deb12u3"
            ),
            .affected(
                "pkg:deb/debian/libc6@2.31-13%2Bdeb11u6?distro=debian-11&upstream=glibc",
                "CVE-2023-4911",
                "2.31-13+deb11u7"
            ),
            .safe(
                "pkg:deb/debian/libc6@2.31-13%2Bdeb11u7?distro=debian-11&upstream=glibc",
                "CVE-2023-4911",
                "a backport"
            ),
            .safe(
                "pkg:deb/debian/libc6@2.28-10%2Bdeb10u2?distro=debian-10&upstream=glibc",
                "CVE-2023-4911",
                "never affected"
            ),
            .safe("pkg:deb/debian/libc6@2.36-9?distro=debian-13&upstream=glibc", "CVE-2023-4911", "another release"),
            .affected(
                "pkg:deb/debian/zlib1g@1%3A1.2.11.dfsg-2?distro=debian-11&upstream=zlib",
                "CVE-2018-25032",
                "1:1.2.11.dfsg-2+deb11u1"
            ),
            .safe(
                "pkg:deb/debian/zlib1g@1%3A1.2.11.dfsg-2%2Bdeb11u2?distro=debian-11&upstream=zlib",
                "CVE-2018-25032",
                "later than the fix"
            ),
            .affected(
                "pkg:deb/debian/zlib1g@9.9-1?distro=debian-12&upstream=zlib",
                "CVE-2018-25032",
                "1:1.2.11.dfsg-4",
                reason: "without the epoch every version is older"
            ),
            .affected(
                "pkg:deb/debian/liblzma5@5.6.1-1?distro=debian-sid&upstream=xz-utils",
                "CVE-2024-3094",
                "5.6.1+really5.4.5-1"
            ),
            .safe(
                "pkg:deb/debian/liblzma5@5.6.1%2Breally5.4.5-1?distro=debian-sid&upstream=xz-utils",
                "CVE-2024-3094",
                "the fix itself"
            ),
            .safe(
                "pkg:deb/debian/liblzma5@5.4.1-0.2?distro=debian-12&upstream=xz-utils",
                "CVE-2024-3094",
                "never affected"
            ),
            .open("pkg:deb/debian/tar@1.34%2Bdfsg-1.2?distro=debian-12", "CVE-2005-2541", .notFixed),
        ] as [KnownAnswer]
    )
    func debian(answer: KnownAnswer) throws { try check(answer) }

    @Test(
        "Ubuntu packages, by OSV records",
        arguments: [
            .affected(
                "pkg:deb/ubuntu/sudo@1.8.31-1ubuntu1.1?distro=ubuntu-20.04",
                "CVE-2021-3156",
                "1.8.31-1ubuntu1.2"
            ),
            .safe("pkg:deb/ubuntu/sudo@1.8.31-1ubuntu1.2?distro=ubuntu-20.04", "CVE-2021-3156", "the fix itself"),
            .safe("pkg:deb/ubuntu/sudo@1.8.21p2-3ubuntu1.4?distro=ubuntu-18.04", "CVE-2021-3156", "a backport"),
            .affected(
                "pkg:deb/ubuntu/sudo@1.8.21p2-3ubuntu1.4?distro=ubuntu-20.04",
                "CVE-2021-3156",
                "1.8.31-1ubuntu1.2",
                reason: "the fix of another release"
            ),
            .safe("pkg:deb/ubuntu/sudo@1.9.9-1ubuntu2?distro=ubuntu-22.04", "CVE-2021-3156", "another release"),
            .open(
                "pkg:deb/ubuntu/sudo@1.8.9p5-1ubuntu1.4?distro=ubuntu-14.04",
                "CVE-2021-3156",
                .notFixed,
                reason: "the fix is in Ubuntu Pro alone"
            ),
        ] as [KnownAnswer]
    )
    func ubuntu(answer: KnownAnswer) throws { try check(answer) }

    @Test(
        "Alpine packages, by secdb",
        arguments: [
            .affected(
                "pkg:apk/alpine/libssl3@3.1.3-r0?distro=alpine-3.18.4&upstream=openssl",
                "CVE-2023-5363",
                "3.1.4-r0"
            ),
            .safe(
                "pkg:apk/alpine/libssl3@3.1.4-r0?distro=alpine-3.18.4&upstream=openssl",
                "CVE-2023-5363",
                "the fix itself"
            ),
            .affected(
                "pkg:apk/alpine/libssl3@3.1.4-r0?distro=alpine-3.18.4&upstream=openssl",
                "CVE-2023-5678",
                "3.1.4-r1"
            ),
            .safe(
                "pkg:apk/alpine/libssl3@3.1.3-r0?distro=alpine-3.18.4&upstream=openssl",
                "CVE-2023-4807",
                "never affected"
            ),
            .affected(
                "pkg:apk/alpine/curl@8.4.0_rc1-r5?distro=alpine-3.18.0",
                "CVE-2023-38545",
                "8.4.0-r0",
                reason: "a pre-release of the fix"
            ),
            .safe("pkg:apk/alpine/curl@8.10.0-r0?distro=alpine-3.18.0", "CVE-2023-38545", "8.10 is after 8.4"),
            .safe("pkg:apk/alpine/curl@8.1.0-r0?distro=alpine-3.17.0", "CVE-2023-38545", "another release"),
        ] as [KnownAnswer]
    )
    func alpine(answer: KnownAnswer) throws { try check(answer) }

    @Test(
        "RPM packages, by the publishers' own bulletins",
        arguments: [
            .affected(
                "pkg:rpm/redhat/openssl-libs@1.1.1k-5.el8_5?arch=x86_64&epoch=1&distro=rhel-8.5",
                "CVE-2022-0778",
                "1:1.1.1k-6.el8_5"
            ),
            .safe(
                "pkg:rpm/redhat/openssl-libs@1.1.1k-6.el8_5?arch=x86_64&epoch=1&distro=rhel-8.5",
                "CVE-2022-0778",
                "the fix itself"
            ),
            .affected(
                "pkg:rpm/redhat/openssl-libs@3.0.1-1.el8?arch=x86_64&distro=rhel-8.5",
                "CVE-2022-0778",
                "1:1.1.1k-6.el8_5",
                reason: "without the epoch every version is older"
            ),
            .affected(
                "pkg:rpm/centos/openssl-libs@1.1.1k-5.el8_5?arch=x86_64&epoch=1&distro=centos-8",
                "CVE-2022-0778",
                "1:1.1.1k-6.el8_5"
            ),
            .safe(
                "pkg:rpm/redhat/openssl-libs@1.1.1k-5.el8_5?arch=x86_64&epoch=1&distro=rhel-9.0",
                "CVE-2022-0778",
                "another release"
            ),
            .affected(
                "pkg:rpm/redhat/libcurl@7.76.1-26.el9?arch=x86_64&distro=rhel-9.3",
                "CVE-2023-38545",
                "7.76.1-26.el9_3.2"
            ),
            .safe(
                "pkg:rpm/redhat/libcurl@7.76.1-26.el9_3.2?arch=x86_64&distro=rhel-9.3",
                "CVE-2023-38545",
                "the fix itself"
            ),
            .affected(
                "pkg:rpm/redhat/libcurl@7.76.1-26.el9_3.2~rc1?arch=x86_64&distro=rhel-9.3",
                "CVE-2023-38545",
                "7.76.1-26.el9_3.2",
                reason: "a tilde comes before the end"
            ),
            .safe(
                "pkg:rpm/redhat/libcurl@7.76.1-26.el9_3.2%5Egit1?arch=x86_64&distro=rhel-9.3",
                "CVE-2023-38545",
                "a caret comes after the end"
            ),
            .safe(
                "pkg:rpm/redhat/libcurl@7.76.1-26.el9?arch=aarch64&distro=rhel-9.3",
                "CVE-2023-38545",
                "another architecture"
            ),
            .safe(
                "pkg:rpm/redhat/curl@7.61.1-30.el8?arch=x86_64&distro=rhel-8.8",
                "CVE-2023-38545",
                "Red Hat says not affected"
            ),
            .affected(
                "pkg:rpm/almalinux/nodejs@18.14.2-1.module_el9.2.0%2B29%2Bde583a0b?arch=x86_64&epoch=1&distro=almalinux-9.2&rpmmod=nodejs:18:1:2",
                "CVE-2022-25881",
                "1:18.14.2-2.module_el9.2.0+29+de583a0b"
            ),
            .safe(
                "pkg:rpm/almalinux/nodejs@16.18.1-3.module_el9.1.0%2B1?arch=x86_64&epoch=1&distro=almalinux-9.2&rpmmod=nodejs:16:1:2",
                "CVE-2022-25881",
                "another stream"
            ),
            .safe(
                "pkg:rpm/almalinux/nodejs@16.14.0-4.el9_0?arch=x86_64&epoch=1&distro=almalinux-9.2",
                "CVE-2022-25881",
                "not of a module"
            ),
            .affected(
                "pkg:rpm/rocky/ruby-libs@3.3.1-1.module%2Bel9.4.0%2B1%2Ba?arch=x86_64&distro=rocky-9.4&rpmmod=ruby:3.3:1:2&upstream=ruby-3.3.1-1.module%2Bel9.4.0%2B1%2Ba.src.rpm",
                "CVE-2024-27280",
                "0:3.3.1-2.module+el9.4.0+20787+4c237fd3"
            ),
            .safe(
                "pkg:rpm/rocky/ruby-libs@3.1.2-1.module%2Bel9.4.0%2B1%2Ba?arch=x86_64&distro=rocky-9.4&rpmmod=ruby:3.1:1:2&upstream=ruby-3.1.2-1.module%2Bel9.4.0%2B1%2Ba.src.rpm",
                "CVE-2024-27280",
                "another stream"
            ),
            .affected(
                "pkg:rpm/ol/openssl-libs@1.1.1k-5.el8_5?arch=x86_64&epoch=1&distro=ol-8.5",
                "CVE-2022-0778",
                "1:1.1.1k-6.el8_5"
            ),
            .safe(
                "pkg:rpm/ol/openssl-libs@1.1.1k-6.el8_5?arch=x86_64&epoch=1&distro=ol-8.5",
                "CVE-2022-0778",
                "the fix itself"
            ),
            .affected(
                "pkg:rpm/amzn/kernel@4.9.70-1.amzn2?arch=x86_64&distro=amzn-2",
                "CVE-2017-5754",
                "4.9.76-38.79.amzn2"
            ),
            .safe(
                "pkg:rpm/amzn/kernel@4.9.70-1.amzn2?arch=aarch64&distro=amzn-2",
                "CVE-2017-5754",
                "another architecture"
            ),
            .safe(
                "pkg:rpm/amzn/kernel@4.9.70-1.amzn1?arch=x86_64&distro=amzn-2023",
                "CVE-2017-5754",
                "another release"
            ),
            .affected(
                "pkg:rpm/suse/chromium@51.0.2704.84-80.1?arch=x86_64&distro=sles-12",
                "CVE-2016-1704",
                "51.0.2704.103-85.3"
            ),
            .safe(
                "pkg:rpm/suse/chromium@51.0.2704.103-85.3?arch=x86_64&distro=sles-12",
                "CVE-2016-1704",
                "the fix itself"
            ),
            .affected(
                "pkg:rpm/photon/sqlite-libs@3.27.2-4.ph3?arch=x86_64&distro=photon-3.0",
                "CVE-2019-16168",
                "3.27.2-5.ph3"
            ),
            .safe(
                "pkg:rpm/photon/sqlite-libs@3.27.2-5.ph3?arch=x86_64&distro=photon-3.0",
                "CVE-2019-16168",
                "the fix itself"
            ),
            .affected(
                "pkg:rpm/azurelinux/oath-toolkit@2.6.7-2.azl3?arch=x86_64&distro=azurelinux-3.0",
                "CVE-2024-47191",
                "2.6.7-3.azl3"
            ),
            .safe(
                "pkg:rpm/azurelinux/oath-toolkit@2.6.7-3.azl3?arch=x86_64&distro=azurelinux-3.0",
                "CVE-2024-47191",
                "the fix itself"
            ),
            .safe(
                "pkg:rpm/mariner/oath-toolkit@2.6.7-2.cm2?arch=x86_64&distro=mariner-2.0",
                "CVE-2024-47191",
                "another distribution"
            ),
        ] as [KnownAnswer]
    )
    func rpm(answer: KnownAnswer) throws { try check(answer) }

    @Test(
        "Python, npm and Ruby packages",
        arguments: [
            .affected("pkg:pypi/requests@2.30.0", "CVE-2023-32681", "2.31.0"),
            .safe("pkg:pypi/requests@2.31.0", "CVE-2023-32681", "the fix itself"),
            .safe("pkg:pypi/requests@2.2.1", "CVE-2023-32681", "before the flaw came in"),
            .safe("pkg:npm/requests@2.30.0", "CVE-2023-32681", "the same name in another ecosystem"),
            .safe("pkg:pypi/ansible@2.9.0", "CVE-2021-3532", "withdrawn"),
            .affected("pkg:pypi/urllib3@1.26.16", "CVE-2023-43804", "1.26.17"),
            .affected("pkg:pypi/urllib3@2.0.5", "CVE-2023-43804", "2.0.6"),
            .safe("pkg:pypi/urllib3@2.0.0a1", "CVE-2023-43804", "a pre-release between the two ranges"),
            .affected("pkg:pypi/pillow@10.0.1rc1", "CVE-2023-4863", "10.0.1", reason: "a pre-release of the fix"),
            .safe("pkg:pypi/Pillow@10.0.1.post1", "CVE-2023-4863", "a post-release of the fix"),
            .affected("pkg:pypi/PyYAML@3.13", "CVE-2017-18342", "5.1"),
            .affected("pkg:npm/lodash@4.17.20", "CVE-2021-23337", "4.17.21"),
            .safe("pkg:npm/lodash@4.17.21", "CVE-2021-23337", "the fix itself"),
            .safe("pkg:gem/lodash@4.17.20", "CVE-2021-23337", "the same name in another ecosystem"),
            .affected("pkg:npm/ws@8.17.0", "CVE-2024-37890", "8.17.1"),
            .affected("pkg:npm/ws@5.2.3", "CVE-2024-37890", "5.2.4"),
            .safe("pkg:npm/ws@7.5.10", "CVE-2024-37890", "a backport"),
            .safe("pkg:npm/ws@8.0.0-beta.1", "CVE-2024-37890", "a pre-release between two ranges"),
            .affected("pkg:gem/rack@2.2.3", "CVE-2022-30123", "2.2.3.1"),
            .affected("pkg:gem/rack@2.0.9", "CVE-2022-30123", "2.0.9.1"),
            .safe("pkg:gem/rack@2.1.4.1", "CVE-2022-30123", "a backport"),
            .affected("pkg:gem/rack@2.2.3.1.pre", "CVE-2022-30123", "2.2.3.1", reason: "a pre-release of the fix"),
            .affected("pkg:gem/nokogiri@1.13.3?platform=x86_64-linux", "CVE-2022-24836", "1.13.4"),
            .safe("pkg:gem/nokogiri@1.13.4?platform=x86_64-linux", "CVE-2022-24836", "the fix itself"),
        ] as [KnownAnswer]
    )
    func scripting(answer: KnownAnswer) throws { try check(answer) }

    @Test(
        "Go modules, Java archives, crates, and packages for PHP and .NET",
        arguments: [
            .affected("pkg:golang/stdlib@1.21.8", "CVE-2023-45288", "1.21.9"),
            .affected("pkg:golang/stdlib@1.22.0", "CVE-2023-45288", "1.22.2"),
            .affected(
                "pkg:golang/stdlib@go1.22rc1",
                "CVE-2023-45288",
                "1.22.2",
                reason: "a release candidate of the second range"
            ),
            .safe("pkg:golang/stdlib@1.21.9", "CVE-2023-45288", "a backport"),
            .affected("pkg:golang/golang.org/x/net@v0.22.0", "CVE-2023-45288", "0.23.0"),
            .affected(
                "pkg:golang/golang.org/x/net@v0.0.0-20220906165145-aaaaaaaaaaaa",
                "CVE-2022-27664",
                "0.0.0-20220906165146-f3363e06e74c"
            ),
            .safe(
                "pkg:golang/golang.org/x/net@v0.0.0-20220906165146-f3363e06e74c",
                "CVE-2022-27664",
                "the commit of the fix"
            ),
            .safe("pkg:golang/golang.org/x/net@(devel)", "CVE-2023-45288", "a version without a place in the order"),
            .affected(
                "pkg:golang/github.com/docker/docker@v24.0.9%2Bincompatible",
                "CVE-2024-41110",
                "25.0.6+incompatible"
            ),
            .safe("pkg:golang/github.com/docker/docker@v27.1.1%2Bincompatible", "CVE-2024-41110", "the fix itself"),
            .safe(
                "pkg:golang/github.com/docker/docker@v19.3.0%2Bincompatible",
                "CVE-2024-41110",
                "before the flaw came in"
            ),
            .affected("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "CVE-2021-44228", "2.15.0"),
            .affected("pkg:maven/org.apache.logging.log4j/log4j-core@2.0-beta9", "CVE-2021-44228", "2.3.1"),
            .safe(
                "pkg:maven/org.apache.logging.log4j/log4j-core@2.0-beta8",
                "CVE-2021-44228",
                "the pre-release before the flaw"
            ),
            .safe("pkg:maven/org.apache.logging.log4j/log4j-core@2.12.2", "CVE-2021-44228", "a backport"),
            .safe("pkg:maven/org.apache.logging.log4j/log4j-api@2.14.1", "CVE-2021-44228", "another artifact"),
            .safe("pkg:maven/org.example/log4j-core@2.14.1", "CVE-2021-44228", "another group"),
            .affected("pkg:maven/org.springframework/spring-beans@5.2.19.RELEASE", "CVE-2022-22965", "5.2.20.RELEASE"),
            .safe("pkg:maven/org.springframework/spring-beans@5.2.20.RELEASE", "CVE-2022-22965", "the fix itself"),
            .safe("pkg:maven/org.springframework/spring-beans@5.2.20", "CVE-2022-22965", "RELEASE says nothing"),
            .affected(
                "pkg:maven/org.springframework/spring-beans@5.3.18-SNAPSHOT",
                "CVE-2022-22965",
                "5.3.18",
                reason: "a snapshot of the fix"
            ),
            .affected("pkg:cargo/regex@1.5.4", "CVE-2022-24713", "1.5.5"),
            .safe("pkg:cargo/regex@1.5.5", "CVE-2022-24713", "the fix itself"),
            .affected("pkg:cargo/tokio@1.8.3", "CVE-2021-45710", "1.8.4"),
            .safe("pkg:cargo/tokio@1.8.4", "CVE-2021-45710", "a backport"),
            .affected("pkg:composer/symfony/http-kernel@v5.4.19", "CVE-2022-24894", "5.4.20"),
            .safe("pkg:composer/symfony/http-kernel@v5.4.20", "CVE-2022-24894", "the fix itself"),
            .safe("pkg:composer/symfony/http-kernel@v6.0.0-RC1", "CVE-2022-24894", "a pre-release between two ranges"),
            .affected(
                "pkg:composer/Symfony/Http-Kernel@6.2.6-BETA2",
                "CVE-2022-24894",
                "6.2.6",
                reason: "a pre-release of the fix"
            ),
            .safe("pkg:composer/symfony/http-kernel@dev-main", "CVE-2022-24894", "a branch has no place in the order"),
            .affected("pkg:nuget/System.Text.Json@8.0.3", "CVE-2024-30105", "8.0.4"),
            .affected(
                "pkg:nuget/system.text.json@8.0.4-servicing.24312.1",
                "CVE-2024-30105",
                "8.0.4",
                reason: "a pre-release of the fix"
            ),
            .safe("pkg:nuget/System.Text.Json@8.0.4", "CVE-2024-30105", "the fix itself"),
            .safe("pkg:nuget/Newtonsoft.Json@13.0.1.0", "CVE-2024-21907", "a fourth number of zero says nothing"),
        ] as [KnownAnswer]
    )
    func compiled(answer: KnownAnswer) throws { try check(answer) }

    @Test(
        "Bitnami's packages, and programs that no package manager knows",
        arguments: [
            .affected("pkg:bitnami/nginx@1.20.0-5", "CVE-2021-23017", "1.20.1"),
            .safe("pkg:bitnami/nginx@1.20.1-0", "CVE-2021-23017", "a packaging of the fix"),
            .affected("pkg:generic/curl@8.3.0", "CVE-2023-38545", "8.4.0"),
            .safe("pkg:generic/curl@8.4.0", "CVE-2023-38545", "the fix itself"),
            .safe("pkg:generic/curl@7.68.0", "CVE-2023-38545", "before the flaw came in"),
            .affected("pkg:generic/openssl@1.1.1k", "CVE-2022-0778", "1.1.1n"),
            .safe("pkg:generic/openssl@1.1.1n", "CVE-2022-0778", "the fix itself"),
            .safe("pkg:generic/openssl@1.1.1zb", "CVE-2022-0778", "letters after the last single one"),
            .safe("pkg:generic/libcurl-gnutls@8.3.0", "CVE-2023-38545", "a name that is no known program's"),
        ] as [KnownAnswer]
    )
    func programs(answer: KnownAnswer) throws { try check(answer) }
}
