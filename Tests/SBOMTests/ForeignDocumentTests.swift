import ScanModel
import Testing

@testable import SBOM

/// Documents in the ways of other programs, after what Syft 1.18 and Trivy 0.60 write.
@Suite struct `Documents of other programs` {
    private func read(_ text: String) throws -> BillOfMaterials {
        try BillOfMaterials.read(Array(text.utf8), source: "sbom:x")
    }

    private let debian = Distro(
        id: "debian",
        versionID: "12",
        name: "Debian GNU/Linux 12 (bookworm)",
        codename: "bookworm"
    )

    @Test func `Syft's CycloneDX names sources in the purl and in properties`() throws {
        let bill = try read(
            #"""
            {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"tools":{"components":[
             {"type":"application","author":"anchore","name":"syft","version":"1.18.1"}]},
             "component":{"bom-ref":"1","type":"container","name":"debian:12","version":"sha256:x"}},
            "components":[
             {"bom-ref":"a","type":"library","name":"bsdutils","version":"1:2.38.1-5","licenses":[{"license":{"name":"public-domain"}},
              {"license":{"id":"MIT"}}],"purl":"pkg:deb/debian/bsdutils@1%3A2.38.1-5?arch=amd64&distro=debian-12&upstream=util-linux%402.38.1-5",
              "properties":[{"name":"syft:package:type","value":"deb"},{"name":"syft:metadata:source","value":"util-linux"},
              {"name":"syft:metadata:sourceVersion","value":"2.38.1-5"},{"name":"syft:location:0:path","value":"/var/lib/dpkg/status"}]},
             {"type":"library","name":"bash","version":"1:4.4-19.6.1","purl":
              "pkg:rpm/sles/bash@4.4-19.6.1?arch=x86_64&distro=sles-15.3&epoch=1&upstream=bash-src-4.4-19.6.1.src.rpm",
              "properties":[{"name":"syft:metadata:sourceRpm","value":"bash-src-4.4-19.6.1.src.rpm"}]},
             {"type":"library","group":"com.google","name":"guava","version":"29","purl":"pkg:maven/com.google/guava@29"},
             {"type":"library","name":"Zope.Interface","version":"5","purl":"pkg:pypi/zope-interface@5",
              "components":[{"type":"library","name":"inner","version":"1","purl":"pkg:npm/inner@1"}]},
             {"type":"file","name":"/etc/x"},
             {"bom-ref":"os:debian@12","type":"operating-system","name":"debian","version":"12",
              "description":"Debian GNU/Linux 12 (bookworm)","properties":[{"name":"syft:distro:id","value":"debian"},
              {"name":"syft:distro:versionCodename","value":"bookworm"},{"name":"syft:distro:versionID","value":"12"}]}]}
            """#
        )
        #expect(bill.distro == debian)
        #expect(bill.gaps.isEmpty)
        let packages = Dictionary(bill.components.map { ($0.package.name, $0) }) { first, _ in first }
        #expect(bill.components.count == 5)
        #expect(packages["bsdutils"]?.package.version == "1:2.38.1-5")
        #expect(packages["bsdutils"]?.package.source == SourcePackage(name: "util-linux", version: "2.38.1-5"))
        #expect(packages["bsdutils"]?.package.licenses == ["MIT", "public-domain"])
        #expect(packages["bsdutils"]?.installed.paths == ["/var/lib/dpkg/status"])
        #expect(packages["bsdutils"]?.distro == debian)
        #expect(packages["bash"]?.package.version == "1:4.4-19.6.1")
        #expect(packages["bash"]?.package.source == SourcePackage(name: "bash-src", version: "1:4.4-19.6.1"))
        #expect(packages["bash"]?.distro?.id == "sles")
        #expect(packages["guava"]?.package.group == "com.google")
        #expect(packages["Zope.Interface"]?.package.type == .python)
        #expect(packages["inner"]?.package.type == .npm)
    }

    @Test func `Trivy's CycloneDX has the source's parts apart and names of its own for distributions`() throws {
        let bill = try read(
            #"""
            {"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"bom-ref":"r","type":"container","name":"a:1",
             "properties":[{"name":"aquasecurity:trivy:RepoTag","value":"a:1"}]}},"components":[
             {"bom-ref":"o","type":"operating-system","name":"redhat","version":"8.4","properties":[
              {"name":"aquasecurity:trivy:Type","value":"redhat"},{"name":"aquasecurity:trivy:Class","value":"os-pkgs"}]},
             {"bom-ref":"p","type":"library","name":"bind-libs","version":"32:9.11-2","purl":
              "pkg:rpm/redhat/bind-libs@9.11-2?arch=x86_64&distro=redhat-8.4&epoch=32","properties":[
              {"name":"aquasecurity:trivy:SrcEpoch","value":"32"},{"name":"aquasecurity:trivy:SrcName","value":"bind"},
              {"name":"aquasecurity:trivy:SrcRelease","value":"2"},{"name":"aquasecurity:trivy:SrcVersion","value":"9.11"},
              {"name":"aquasecurity:trivy:Modularitylabel","value":"bind:9:1:c"}]},
             {"type":"application","name":"app/package-lock.json","properties":[{"name":"aquasecurity:trivy:Type","value":"npm"}]},
             {"type":"library","group":"@example","name":"bootstrap","version":"5.0.2","purl":"pkg:npm/@example/bootstrap@5.0.2",
              "properties":[{"name":"aquasecurity:trivy:FilePath","value":"app/package.json"}]},
             {"type":"library","name":"github.com/BurntSushi/toml","version":"v1","purl":"pkg:golang/github.com/burntsushi/toml@v1"}]}
            """#
        )
        #expect(bill.distro?.id == "rhel")
        #expect(bill.distro?.versionID == "8.4")
        #expect(bill.subject.reference == "a:1")
        let names = bill.components.map(\.package.name)
        #expect(names == ["github.com/BurntSushi/toml", "@example/bootstrap", "bind-libs"])
        let bind = try #require(bill.components.last)
        #expect(bind.package.version == "32:9.11-2")
        #expect(bind.package.source == SourcePackage(name: "bind", version: "32:9.11-2"))
        #expect(bind.package.module == "bind:9:1:c")
        #expect(bind.distro == bill.distro)
        #expect(bill.components[1].installed.paths == ["app/package.json"])
    }

    @Test func `Trivy's SPDX tells the source in words and the rest in annotations`() throws {
        let bill = try read(
            #"""
            {"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"a","creationInfo":{"creators":
             ["Organization: aquasecurity","Tool: trivy-0.60.0"],"created":"2024-01-01T00:00:00Z"},"packages":[
             {"SPDXID":"SPDXRef-ContainerImage-1","name":"a:1","primaryPackagePurpose":"CONTAINER","externalRefs":[{"referenceType":
              "purl","referenceLocator":"pkg:oci/a@sha256:x"}]},
             {"SPDXID":"SPDXRef-OperatingSystem-2","name":"alpine","versionInfo":"3.16.0"},
             {"SPDXID":"SPDXRef-Package-3","name":"libcrypto1.1","versionInfo":"1.1.1n-r0","sourceInfo":"built package from: openssl 1.1.1n-r0",
              "licenseDeclared":"OpenSSL AND LicenseRef-1","externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl",
              "referenceLocator":"pkg:apk/alpine/libcrypto1.1@1.1.1n-r0?arch=x86_64&distro=3.16.0"}],"annotations":[{"annotator":"Tool: trivy",
              "annotationType":"OTHER","comment":"LayerDiffID: sha256:dd"}]},
             {"SPDXID":"SPDXRef-Package-4","name":"rack","versionInfo":"1","licenseDeclared":"NONE","licenseConcluded":"MIT",
              "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:gem/rack@1"}]}],
             "hasExtractedLicensingInfos":[{"licenseId":"LicenseRef-1","name":"Old OpenSSL","extractedText":"a long text"}],
             "relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relatedSpdxElement":"SPDXRef-ContainerImage-1","relationshipType":"DESCRIBES"}]}
            """#
        )
        #expect(bill.distro?.id == "alpine")
        #expect(bill.components.map(\.package.name) == ["libcrypto1.1", "rack"])
        #expect(bill.components[0].package.source == SourcePackage(name: "openssl", version: "1.1.1n-r0"))
        #expect(bill.components[0].package.licenses == ["Old OpenSSL", "OpenSSL"])
        #expect(bill.components[0].distro == bill.distro)
        #expect(bill.components[1].package.licenses == ["MIT"])
        #expect(bill.gaps.isEmpty)
    }

    @Test func `Syft's tag-value documents are read with texts, comments and Windows line ends`() throws {
        let text = """
            SPDXVersion: SPDX-2.2
            DataLicense: CC0-1.0
            SPDXID: SPDXRef-DOCUMENT
            Creator: Tool: syft-1.18.1

            FileName: lib/apk/db/installed
            SPDXID: SPDXRef-File-1
            PackageVersion: not of a package

            ##### Package: musl

            PackageName: musl
            SPDXID: SPDXRef-Package-1
            PackageVersion: 1.2-r0
            PackageDescription: <text>two
            PackageName: no package
            </text>
            PackageLicenseDeclared: MIT
            ExternalRef: SECURITY cpe23Type cpe:2.3:a:musl:musl:1.2-r0:*:*:*:*:*:*:*
            ExternalRef: PACKAGE-MANAGER purl pkg:apk/alpine/musl@1.2-r0?arch=x86_64&distro=alpine-3.18.4&upstream=musl-src
            Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-Package-1
            """
        for form in [text, text.replacing("\n", with: "\r\n"), "\u{FEFF}" + text] {
            let bill = try read(form)
            #expect(bill.components.map(\.package.name) == ["musl"])
            #expect(bill.components.first?.package.source?.name == "musl-src")
            #expect(bill.distro?.versionID == "3.18.4")
            #expect(bill.tool == .init(name: "syft", version: "1.18.1"))
        }
    }

    @Test func `XML is read with prefixes, CDATA and comments, and not from a pedigree`() throws {
        let bill = try read(
            """
            <?xml version="1.0"?><!-- a --><c:bom xmlns:c="http://cyclonedx.org/schema/bom/1.2">
            <c:metadata><c:tools><c:tool><c:name>other</c:name><c:version>2</c:version></c:tool></c:tools></c:metadata>
            <c:components><c:component type="library"><c:supplier><c:name>nobody</c:name></c:supplier>
            <c:name> rack </c:name><c:version>1</c:version><c:licenses><c:license><c:name><![CDATA[A & B]]></c:name></c:license></c:licenses>
            <c:purl>pkg:gem/rack@1?a=1&amp;b=&#x32;</c:purl>
            <c:pedigree><c:ancestors><c:component type="library"><c:name>old</c:name><c:version>0</c:version>
            <c:purl>pkg:gem/old@0</c:purl></c:component></c:ancestors></c:pedigree>
            <c:evidence><c:licenses><c:license><c:id>GPL-2.0-only</c:id></c:license></c:licenses></c:evidence>
            <c:components><c:component type="library"><c:name>part</c:name><c:version>3</c:version><c:purl>pkg:gem/part@3</c:purl>
            </c:component></c:components></c:component></c:components></c:bom>
            """
        )
        #expect(bill.components.map(\.package.name) == ["part", "rack"])
        #expect(bill.components.last?.package.licenses == ["A & B"])
        #expect(bill.tool == .init(name: "other", version: "2"))
    }

    @Test func `what cannot be told is noted, what is no package is not`() throws {
        let bill = try read(
            #"""
            {"bomFormat":"CycloneDX","components":[{"type":"library","name":"a","version":"1"},
             {"type":"library","name":"b","version":"1","purl":"nonsense"},{"type":"library","name":"c","purl":"pkg:npm/c"},
             {"type":"library","name":"d","version":"4","purl":"pkg:npm/d"},{"type":"file","name":"f","version":"1"},
             {"type":"library","name":"e","version":"2","properties":[{"name":"syft:package:type","value":"binary"}]},
             {"type":"container","name":"g","version":"1"},{"type":"application","name":"lock"}, 7, null, [[]]]}
            """#
        )
        #expect(bill.components.map(\.package.name) == ["e", "d"])
        #expect(bill.gaps.map(\.gap.path) == ["a", "b", "c"])
    }

    @Test(arguments: [
        ("", "empty"), ("  \n", "empty"), ("[]", "neither"), ("{}", "neither"), ("hello", "neither"),
        (#"{"bomFormat":"Other"}"#, "neither"), (#"{"@graph":[],"@context":""}"#, "2.2 and 2.3"),
        (#"{"bomFormat":"CycloneDX""#, "not JSON"), ("<html></html>", "root is html"), ("<bom>", "ends early"),
        ("<!DOCTYPE bom [<!ENTITY a \"b\">]><bom>&a;</bom>", "document type"), ("<bom>&a;</bom>", "entities"),
        ("<bom></bom><bom/>", "second root"), ("<bom><a></b></bom>", "out of turn"),
        ("SPDXVersion: SPDX-2.3\nPackageName: <text>a", "end"),
    ])
    func `what is no SBOM is refused with the reason`(text: String, reason: String) {
        let error = #expect(throws: SBOMError.self) { try read(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func `what Syft lists once for each program is one package with several places`() throws {
        let component = #"""
            {"type":"library","name":"stdlib","version":"go1.19.8","purl":"pkg:golang/stdlib@1.19.8","properties":[
             {"name":"syft:package:type","value":"go-module"},{"name":"syft:location:0:path","value":"/usr/bin/PLACE"}]}
            """#
        let tool = #"""
            {"type":"library","name":"example.org/owner/tools/cmd/a","version":"(devel)",
             "purl":"pkg:golang/example.org/owner/tools@(devel)#cmd/a"}
            """#
        let components = ["b", "a", "b"].map { component.replacing("PLACE", with: $0) } + [tool]
        let bill = try read(
            #"{"bomFormat":"CycloneDX","specVersion":"1.6","components":["# + components.joined(separator: ",") + "]}"
        )
        #expect(bill.components.map(\.package.name) == ["example.org/owner/tools/cmd/a", "stdlib"])
        #expect(bill.components.last?.package.version == "go1.19.8")
        #expect(bill.components.last?.installed.paths == ["/usr/bin/a", "/usr/bin/b"])
    }
}
