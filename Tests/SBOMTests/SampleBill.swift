import ScanModel
import TallymanTesting

@testable import SBOM

/// Bills to write and read.
enum SampleBill {
    static let debian = Distro(
        id: "debian",
        versionID: "12",
        name: "Debian GNU/Linux 12 (bookworm)",
        codename: "bookworm"
    )
    static let edge = Distro(id: "alpine", versionID: "", name: "Alpine edge", idLike: ["musl", "busybox"])

    static func digest(_ digit: Character) -> Digest {
        Digest("sha256:" + String(repeating: digit, count: 64)) ?? Digest(sha256: [])
    }

    static func component(_ package: Package, layer: Int = 0, paths: [String] = [], distro: Distro? = debian)
        -> BillOfMaterials.Component
    {
        .init(installed: InstalledPackage(package: package, layer: layer, paths: paths), distro: distro)
    }

    /// One of each kind that is written in a way of its own.
    static var plain: BillOfMaterials {
        BillOfMaterials(
            subject: .init(
                source: "registry.example/team/app:1",
                reference: "registry.example/team/app:1",
                digest: digest("a"),
                imageID: digest("b"),
                platform: .linuxAMD64,
                layers: [digest("c"), digest("d")],
                diffIDs: [digest("e"), digest("f")],
                labels: ["org.opencontainers.image.version": "1.4", "maintainer": "team <t@example.org>"]
            ),
            distro: debian,
            components: [
                component(
                    Package(
                        type: .deb,
                        name: "libc6",
                        version: "2.36-9",
                        arch: "amd64",
                        source: SourcePackage(name: "glibc", version: "2.36-9"),
                        licenses: ["GPL-2+", "LGPL-2.1-or-later", "custom"],
                        supplier: "GNU Libc Maintainers <debian-glibc@lists.debian.org>"
                    ),
                    paths: ["/var/lib/dpkg/status"]
                ),
                component(
                    Package(
                        type: .deb,
                        name: "bsdutils",
                        version: "1:2.38.1-5",
                        arch: "amd64",
                        source: SourcePackage(name: "util-linux", version: "2.38.1-5"),
                        licenses: ["BSD and MIT", "MIT"]
                    )
                ),
                component(
                    Package(type: .python, name: "Zope.Interface", version: "5.0", licenses: ["ZPL 2.1"]),
                    layer: 1,
                    paths: ["/usr/lib/a/METADATA", "/usr/lib/b/METADATA"]
                ),
                component(Package(type: .npm, name: "@babel/core", version: "7.0.0", licenses: ["MIT OR Apache-2.0"])),
                component(
                    Package(
                        type: .java,
                        name: "core",
                        version: "2",
                        licenses: ["MIT"],
                        group: "org.example",
                        hashes: [FileHash(.sha1, hex: String(repeating: "1", count: 40)), FileHash(digest("2"))]
                            .compactMap(\.self)
                    )
                ),
                component(Package(type: .go, name: "golang.org/x/net", version: "v0.1.0", licenses: ["LicenseRef-x"])),
                component(Package(type: PackageType(rawValue: "rust-crate"), name: "serde", version: "1.0.0")),
                component(Package(type: .java, name: "tool", version: Package.unknownVersion, group: "tool")),
            ],
            gaps: [LayerGap(layer: 1, gap: CoverageGap(path: "opt/big.jar", reason: "over the bound"))],
            vulnerabilities: [
                .init(
                    id: "CVE-2023-1",
                    aliases: ["GHSA-x", "DLA-1"],
                    source: "debian",
                    severity: .negligible,
                    ratings: [
                        .init(version: "3.1", vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", score: 7.5)
                    ],
                    epss: 0.25,
                    isExploited: true,
                    affected: [
                        .init(
                            purl: "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc",
                            version: "2.36-9",
                            fixState: .fixed,
                            fixedVersions: ["2.36-10"]
                        )
                    ]
                ),
                suppressed(.notAffected, justification: "vulnerable_code_not_in_execute_path"),
                suppressed(.fixed, justification: nil),
                suppressed(.accepted, justification: nil),
            ],
            tool: .init(name: "tallyman", version: "1.2.3"),
            created: "2024-01-02T03:04:05Z"
        )
    }

    /// A flaw in the C library that needs no work.
    private static func suppressed(
        _ status: Suppression.Status,
        justification: String?
    ) -> BillOfMaterials.Vulnerability {
        .init(
            id: "CVE-2023-\(status.rawValue)",
            aliases: [],
            source: "debian",
            severity: .low,
            ratings: [],
            epss: nil,
            isExploited: false,
            suppression: Suppression(
                kind: status == .accepted ? .exception : .vex,
                status: status,
                justification: justification,
                reason: "because <so>",
                source: "doc",
                author: "jane",
                expires: "2026-01-31"
            ),
            affected: [
                .init(
                    purl: "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc",
                    version: "2.36-9",
                    fixState: .notFixed,
                    fixedVersions: []
                )
            ]
        )
    }

    private static let words = [
        "a", "lib", "x11", "é", "日本", "\"", "<b>", "&amp;", "'", "%2B", "@", "+", "~", "#", "]]>", "\\", "<text>", "?",
        "a b", "{", "--", "=", ",", ":", "\u{a0}x", "NONE",
    ]

    private static func word(_ random: inout SeededRandom) -> String {
        (0...random.below(3)).map { _ in words[random.below(words.count)] }.joined() + "z"
    }

    private static let licenses = [
        "MIT", "GPL-2+", "GPL-2.0-only", "BSD", "MIT AND ISC", "MIT OR (ISC AND Zlib)", "custom:<x> & \"y\"", "Expat",
        "LicenseRef-a", "a\nlong text\n  of lines", "NONE", "GPL-2.0-only WITH Classpath-exception-2.0", "Apache-2.0+",
    ]

    private static let suppliers = [
        "Debian Python Team <team+python@tracker.debian.org>", "Red Hat, Inc.", "<root@host.example>", "A (B) <c@d.e>",
        "no-mail <>", "é\nx <a@b>", " ", "(", "NOASSERTION", "Natanael Copa <ncopa@alpinelinux.org>",
    ]

    private static let types = [
        "deb", "apk", "rpm", "python", "npm", "gem", "java-archive", "go-module", "rust-crate", "php-composer",
        "dotnet",
        "binary", "conan", "github-action", "something-else",
    ]

    private static func package(_ random: inout SeededRandom) -> Package {
        let type = PackageType(rawValue: types[random.below(types.count)])
        var package = Package(type: type, name: word(&random), version: word(&random))
        if random.oneIn(2) { package.version = "\(random.below(3)):\(package.version)" }
        if random.oneIn(2) { package.arch = ["amd64", "noarch", "x86_64"][random.below(3)] }
        if type.isOS, !random.oneIn(5) { package.source = SourcePackage(name: word(&random), version: word(&random)) }
        if type == .java, random.oneIn(2) { package.group = "org.\(word(&random))" }
        if type == .rpm, random.oneIn(3) { package.module = "nodejs:18:\(random.below(100)):c" }
        package.licenses = Set((0..<random.below(4)).map { _ in licenses[random.below(licenses.count)] }).sorted()
        return package
    }

    /// A bill of hostile names; the same seed gives the same.
    static func random(_ seed: UInt64) -> BillOfMaterials {
        var random = SeededRandom(seed: seed)
        let distros: [Distro?] = [debian, edge, nil, Distro(id: word(&random), versionID: "1", name: word(&random))]
        let layers = (0..<random.below(4)).map { _ in Digest(sha256: random.bytes(32)) }
        var bill = BillOfMaterials(
            subject: .init(
                source: word(&random),
                layers: layers,
                diffIDs: layers.reversed(),
                labels: Dictionary((0..<random.below(4)).map { _ in (word(&random), word(&random)) }) { first, _ in
                    first
                }
            ),
            distro: distros[random.below(4)],
            components: [],
            tool: .init(name: "tallyman", version: "1")
        )
        for _ in 0..<random.below(30) {
            var content = package(&random)
            content.hashes = FileHash.Algorithm.allCases.compactMap { algorithm in
                guard random.oneIn(4) else { return nil }
                let sizes: [FileHash.Algorithm: Int] = [.md5: 16, .sha1: 20, .sha256: 32, .sha384: 48, .sha512: 64]
                return FileHash(algorithm, bytes: random.bytes(sizes[algorithm] ?? 0))
            }
            if random.oneIn(2) { content.supplier = suppliers[random.below(suppliers.count)] }
            let installed = InstalledPackage(
                package: content,
                layer: layers.isEmpty ? 0 : random.below(layers.count),
                paths: (0..<random.below(3)).map { "/\($0)/\(word(&random))" },
                ownedBy: random.oneIn(4) ? word(&random) : nil
            )
            let distro = random.oneIn(3) ? distros[random.below(4)] : bill.distro
            bill.components.append(.init(installed: installed, distro: distro))
        }
        for index in 0..<random.below(3) {
            bill.gaps.append(LayerGap(layer: index, gap: CoverageGap(path: word(&random), reason: word(&random))))
        }
        return bill
    }
}
