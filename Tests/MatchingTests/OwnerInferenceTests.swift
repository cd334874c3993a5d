import ScanModel
import Testing

@testable import Matching

struct OwnerInferenceTests {
    private func owner(_ package: Package, in system: [Package]) -> String? {
        let items = ([package] + system).map { InstalledPackage(package: $0, layer: 0, paths: []) }
        return OwnerInference.completing(items).first?.ownedBy
    }

    @Test(
        "A package of the same software and upstream version owns what it is named after",
        arguments: [
            (PackageType.python, "pip", "23.0.1", PackageType.deb, "python3-pip", "23.0.1+dfsg-1"),
            (.python, "PyYAML", "6.0", .apk, "py3-pyyaml", "6.0-r1"),
            (.python, "python-dateutil", "2.8.2", .rpm, "python3-dateutil", "2.8.2-3.el9"),
            (.npm, "@ampproject/remapping", "2.2.0", .deb, "node-ampproject-remapping", "2.2.0+~cs5.15.37-1"),
            (.gem, "net_telnet", "0.1.1", .deb, "ruby-net-telnet", "0.1.1-2"),
            (.gem, "json", "2.6.1", .rpm, "rubygem-json", "2.6.1-1.el9"),
            (.java, "commons-io", "2.11.0", .deb, "libcommons-io-java", "2.11.0-2"),
        ]
    )
    func inferred(
        type: PackageType,
        name: String,
        version: String,
        system: PackageType,
        owner: String,
        build: String
    ) {
        let language = Package(type: type, name: name, version: version)
        #expect(self.owner(language, in: [Package(type: system, name: owner, version: build)]) == owner)
        #expect(self.owner(language, in: [Package(type: system, name: owner, version: "9\(build)")]) == nil)
        #expect(self.owner(language, in: [Package(type: .npm, name: owner, version: build)]) == nil)
    }

    @Test("A list that states owners is taken at its word")
    func stated() {
        let pip = Package(type: .python, name: "pip", version: "23.0.1")
        let system = Package(type: .deb, name: "python3-pip", version: "23.0.1+dfsg-1")
        let items = [
            InstalledPackage(package: pip, layer: 0, paths: []),
            InstalledPackage(package: pip, layer: 0, paths: [], ownedBy: "python3-pip"),
            InstalledPackage(package: system, layer: 0, paths: []),
        ]
        #expect(OwnerInference.completing(items) == items)
    }
}
