import ScanModel
import Testing

@Suite("What evidence takes in memory")
struct EvidenceMemoryTests {
    private let long = String(repeating: "x", count: 1000)

    @Test("Each text about a package counts")
    func texts() {
        func bytes(_ package: Package, at virtualPath: String = "") -> Int {
            let cataloged = CatalogedPackage(package, virtualPath: virtualPath)
            return Evidence(path: LayerPath("x"), cataloger: "x", packages: [cataloged]).memoryBytes
        }
        let plain = Package(type: .rpm, name: "a", version: "1")
        #expect(bytes(plain) == Evidence.packageBytes + 2)
        #expect(bytes(plain, at: long) == Evidence.packageBytes + 1002)
        let packages = [
            Package(type: .rpm, name: long, version: "1"), Package(type: .rpm, name: "a", version: long),
            Package(type: .rpm, name: "a", version: "1", arch: long),
            Package(type: .rpm, name: "a", version: "1", source: SourcePackage(name: long, version: "1")),
            Package(type: .rpm, name: "a", version: "1", source: SourcePackage(name: "a", version: long)),
            Package(type: .rpm, name: "a", version: "1", licenses: [long]),
            Package(type: .rpm, name: "a", version: "1", group: long),
            Package(type: .rpm, name: "a", version: "1", module: long),
            Package(type: .rpm, name: "a", version: "1", supplier: long),
        ]
        for package in packages { #expect(bytes(package) > Evidence.packageBytes + 1000) }
    }

    @Test("So do licences of a file's package and what a package owns, and without them a file takes nothing")
    func others() {
        var item = Evidence(path: LayerPath("x"), cataloger: "x", licenses: [long, "MIT"])
        #expect(item.memoryBytes == 1003)
        item.ownerships = [Ownership(owner: "a", paths: (0..<1000).map { LayerPath("\($0)") })]
        // Paths of three bytes take many times that.
        #expect(item.memoryBytes > 40_000)
        #expect(item.withoutPackages.memoryBytes == 0)
        #expect(item.withoutPackages.path == item.path)
    }
}
