import ScanModel
import Testing

@testable import VEX

struct ProductIdentityTests {
    private static let liblz4 = "pkg:deb/debian/liblz4-1@1.9.4-1?arch=amd64&distro=debian-12&upstream=lz4"
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)
    private static let image = ImageIdentity(
        reference: ImageReference("docker.io/dhi/node:22"),
        digests: [digest]
    )

    @Test(
        "A purl covers a package of the same type and name, of the version and with the qualifiers that it states",
        arguments: [
            ("pkg:deb/debian/liblz4-1", true),
            ("pkg:deb/debian/liblz4-1@1.9.4-1", true),
            ("pkg:deb/debian/liblz4-1@1.9.4-2", false),
            ("pkg:deb/debian/liblz4-1?arch=amd64", true),
            ("pkg:deb/debian/liblz4-1?arch=arm64", false),
            ("pkg:deb/debian/liblz4-1?distro=debian-12", true),
            ("pkg:deb/debian/liblz4-1?distro=debian-13", false),
            ("pkg:deb/debian/liblz4-1?vendor=x", false),
            ("pkg:deb/debian/liblz4-1?os_distro=bookworm&os_name=debian&os_version=12", true),
            ("pkg:deb/debian/liblz4-1?os_distro=trixie&os_name=debian&os_version=13", false),
            ("pkg:deb/ubuntu/liblz4-1", false),
            ("pkg:apk/debian/liblz4-1", false),
            ("pkg:deb/debian/liblz4", false),
            ("pkg:deb/debian/lz4", false),
            ("pkg:deb/debian/lz4?arch=source", true),
            ("pkg:deb/debian/lz4@1.9.4-1?arch=source&distro=debian-12", true),
            ("pkg:deb/debian/lz4@1.9.5-1?arch=source", false),
            ("PKG:DEB/debian/liblz4-1", true),
            ("pkg:deb/debian/", false),
            ("", false),
        ]
    )
    func packages(stated: String, expected: Bool) throws {
        let package = try #require(ProductURL(Self.liblz4))
        #expect((ProductURL(stated)?.covers(package) ?? false) == expected)
    }

    @Test("Escapes, scopes and names that ignore case make no difference")
    func spelling() throws {
        #expect(try #require(ProductURL("pkg:npm/@scope/a")).covers(try #require(ProductURL("pkg:npm/%40scope/a@1.0"))))
        #expect(try #require(ProductURL("pkg:pypi/Foo_Bar")).covers(try #require(ProductURL("pkg:pypi/foo-bar@1"))))
        // A run of separators is one (PEP 503).
        #expect(try #require(ProductURL("pkg:pypi/foo__bar")).covers(try #require(ProductURL("pkg:pypi/foo-bar@1"))))
        #expect(ProductURL("pkg:golang/github.com/a/B")?.path == "github.com/a/B")
        #expect(ProductURL("pkg:deb/debian/x@1%2B2")?.version == "1+2")
    }

    @Test(
        "A part of a pod or of a repository is covered by itself, by what it is a part of, and by no other part",
        arguments: [
            ("pkg:cocoapods/AppCenter@4.2.0#Core", true), ("pkg:cocoapods/AppCenter@4.2.0", true),
            ("pkg:cocoapods/AppCenter%2FCore@4.2.0", true), ("pkg:cocoapods/AppCenter#Core/x", false),
            ("pkg:cocoapods/AppCenter@4.2.0#Analytics", false), ("pkg:cocoapods/AppCenter@4.2.0#Cor", false),
            ("pkg:cocoapods/App@4.2.0", false), ("pkg:cocoapods/AppCenter@4.2.1", false),
        ]
    )
    func parts(stated: String, expected: Bool) throws {
        let part = try #require(ProductURL("pkg:cocoapods/AppCenter@4.2.0#Core"))
        #expect(try #require(ProductURL(stated)).covers(part) == expected)
        let whole = try #require(ProductURL("pkg:cocoapods/AppCenter@4.2.0"))
        #expect(try #require(ProductURL(stated)).covers(whole) == (stated == "pkg:cocoapods/AppCenter@4.2.0"))
        let given = try FindingException(id: "CVE-1", package: "AppCenter/Core", reason: "unused", source: "test")
        let exception = IndexedException(given)
        #expect(exception.covers(part) && !exception.covers(whole))
        let wider = try FindingException(id: "CVE-1", package: "AppCenter", reason: "unused", source: "test")
        #expect(IndexedException(wider).covers(part) && IndexedException(wider).covers(whole))
    }

    @Test("A repository covers the actions in its folders, its owner does not")
    func owners() throws {
        let action = try #require(ProductURL("pkg:github/github/codeql-action@v3#init"))
        for (stated, expected) in [("github/codeql-action", true), ("github", false), ("github/codeql", false)] {
            let product = try #require(ProductURL("pkg:github/\(stated)"))
            #expect(product.covers(action) == expected)
            let given = try FindingException(id: "CVE-1", package: stated, reason: "unused", source: "test")
            #expect(IndexedException(given).covers(action) == expected)
        }
    }

    @Test("The version of Go's library counts with its programs' prefix and without")
    func goLibrary() throws {
        let library = try #require(ProductURL("pkg:golang/stdlib@1.22.1"))
        for stated in ["pkg:golang/stdlib@1.22.1", "pkg:golang/stdlib@go1.22.1", "pkg:golang/stdlib"] {
            #expect(try #require(ProductURL(stated)).covers(library))
        }
        #expect(try !#require(ProductURL("pkg:golang/stdlib@go1.22.2")).covers(library))
        var product = VEXProduct(identifiers: ["pkg:golang/stdlib"])
        product.versions = ["go1.22.1"]
        #expect(IndexedProduct(product).reach(library) == .everywhere)
        product.versions = ["go1.22.2"]
        #expect(IndexedProduct(product).reach(library) == .nowhere)
    }

    @Test("An RPM's epoch counts where it is stated, zero being none")
    func epochs() throws {
        let package = try #require(ProductURL("pkg:rpm/redhat/bind@9.16-1.el9?arch=x86_64&epoch=32&distro=rhel-9.4"))
        #expect(try #require(ProductURL("pkg:rpm/redhat/bind@9.16-1.el9?epoch=32")).covers(package))
        #expect(try #require(ProductURL("pkg:rpm/redhat/bind@9.16-1.el9")).covers(package))
        #expect(try !#require(ProductURL("pkg:rpm/redhat/bind@9.16-1.el9?epoch=31")).covers(package))
        let plain = try #require(ProductURL("pkg:rpm/redhat/x@1-1"))
        #expect(try #require(ProductURL("pkg:rpm/redhat/x@1-1?epoch=0")).covers(plain))
    }

    @Test(
        "An image is named by its repository, its tag or its digest",
        arguments: [
            ("pkg:docker/dhi/node", true), ("pkg:docker/dhi/node@22", true), ("pkg:docker/dhi/node@23", false),
            ("pkg:docker/dhi/python", false), ("pkg:docker/node", false),
            ("pkg:oci/dhi%2Fnode", true), ("pkg:oci/node", true), ("pkg:oci/python", false),
            ("pkg:oci/node@\(digest)", true), ("pkg:oci/node@sha256%3A\(String(digest.dropFirst(7)))", true),
            ("pkg:oci/node@sha256:00", false), ("pkg:oci/node?tag=22", true), ("pkg:oci/node?tag=23", false),
            ("pkg:oci/node?repository_url=docker.io%2Fdhi%2Fnode", true),
            ("pkg:oci/node?repository_url=docker.io/dhi", true),
            ("pkg:oci/node?repository_url=index.docker.io/dhi/node", true),
            ("pkg:oci/node?repository_url=ghcr.io/dhi/node", false), ("docker.io/dhi/node", true),
            ("dhi/node:22", true),
            ("dhi/node:23", false), ("dhi/node@\(digest)", true), ("nonsense thing", false),
        ]
    )
    func images(stated: String, expected: Bool) {
        #expect(Self.image.isNamed(by: stated) == expected)
    }

    @Test("An image without a reference is known by its digest alone")
    func archives() {
        let archive = ImageIdentity(reference: nil, digests: [Self.digest])
        #expect(archive.isNamed(by: "pkg:oci/node@\(Self.digest)"))
        #expect(!archive.isNamed(by: "pkg:oci/node") && !archive.isNamed(by: "pkg:docker/dhi/node"))
        #expect(archive.isNamed(by: "pkg:docker/dhi/node@\(Self.digest)"))
    }
}
