import ScanModel
import Testing

@testable import SBOM

@Suite struct `CPE candidates` {
    @Test(arguments: [
        (Package(type: .deb, name: "openssl", version: "1:3.0.1-1"), "cpe:2.3:a:openssl:openssl:3.0.1-1:*:*:*:*:*:*:*"),
        (Package(type: .apk, name: "bash", version: "5.2-r0"), "cpe:2.3:a:gnu:bash:5.2-r0:*:*:*:*:*:*:*"),
        (
            Package(type: .deb, name: "libstdc++6", version: "12.2~1+b"),
            #"cpe:2.3:a:libstdc\+\+6:libstdc\+\+6:12.2\~1\+b:*:*:*:*:*:*:*"#
        ),
        (Package(type: .npm, name: "@angular/core", version: "1.0"), "cpe:2.3:a:angular:core:1.0:*:*:*:*:node.js:*:*"),
        (
            Package(type: .java, name: "log4j-core", version: "2.1", group: "org.apache.logging.log4j"),
            "cpe:2.3:a:apache:log4j-core:2.1:*:*:*:*:*:*:*"
        ),
        (
            Package(type: .go, name: "github.com/gin-gonic/gin/v2", version: "v1.2.3"),
            "cpe:2.3:a:gin-gonic:gin:1.2.3:*:*:*:*:go:*:*"
        ),
        (Package(type: .go, name: "stdlib", version: "v1.21.0"), "cpe:2.3:a:golang:go:1.21.0:*:*:*:*:*:*:*"),
        (Package(type: .gem, name: "rack", version: "2.0"), "cpe:2.3:a:rack:rack:2.0:*:*:*:*:ruby:*:*"),
    ])
    func `the likeliest name comes first`(package: Package, expected: String) {
        #expect(CPECandidates.names(for: package).first == expected)
    }

    @Test
    func `a package without a version has no names, which would be those of every version`() {
        #expect(CPECandidates.names(for: Package(type: .java, name: "a", version: Package.unknownVersion)).isEmpty)
    }

    @Test(arguments: ["é", "a\nb", "", "-", String(repeating: "a", count: 300)])
    func `what no CPE can say has none`(name: String) {
        #expect(
            CPECandidates.names(for: Package(type: .gem, name: name, version: "1")).allSatisfy {
                $0.contains("_project")
            }
        )
        #expect(CPECandidates.names(for: Package(type: .gem, name: "a", version: name)).isEmpty)
    }

    @Test func `candidates are few and differ`() {
        let package = Package(
            type: .deb,
            name: "python3-foo-bar",
            version: "1",
            source: SourcePackage(name: "foo-bar", version: "1")
        )
        let names = CPECandidates.names(for: package)
        #expect(Set(names).count == names.count)
        #expect((2...8).contains(names.count))
    }
}
