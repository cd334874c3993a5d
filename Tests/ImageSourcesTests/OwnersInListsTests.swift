import Foundation
import ScanModel
import Testing

@testable import ImageSources

@Suite struct `Owners in lists of packages` {
    private func owners(_ lines: [String]) throws -> [String: String?] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("purls-\(UUID().uuidString)").path
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }  // A leftover file harms no test.
        let image = PackageList.image(try PURLList.read(path), source: "purls:\(path)")
        let packages = image.inventory.packages.filter { !$0.package.type.isOS }
        return Dictionary(packages.map { ("\($0.package.name) \($0.package.version)", $0.ownedBy) }) { first, _ in first
        }
    }

    private let pip = "pkg:deb/debian/python3-pip@23.0.1%2Bdfsg-1?arch=all&distro=debian-12&upstream=python-pip"

    @Test func `a purl says who owns the package`() throws {
        let found = try owners([pip, "pkg:pypi/wheel@0.38?owner=python3-pip", "pkg:pypi/pip@23.0.1"])
        #expect(found == ["wheel 0.38": "python3-pip", "pip 23.0.1": nil])
    }

    @Test func `without such words an OS package of the same software and version does`() throws {
        let found = try owners([pip, "pkg:pypi/pip@23.0.1", "pkg:pypi/pip@24.0", "pkg:pypi/Flask_Login@1"])
        #expect(found == ["pip 23.0.1": "python3-pip", "pip 24.0": nil, "Flask_Login 1": nil])
    }
}
