import Advisories
import Foundation
import Store

/// Feeds as their publishers write them.
enum SampleFeed {
    /// A Debian tracker document in which each flaw of a package is fixed in a version, or not fixed yet.
    static func debian(_ flaws: [(package: String, flaw: String, fixed: String?)]) -> String {
        var packages: [String: [String]] = [:]
        for (package, flaw, fixed) in flaws {
            let state =
                fixed.map { #""status":"resolved","fixed_version":"\#($0)","urgency":"high""# }
                ?? #""status":"open","urgency":"low""#
            packages[package, default: []].append(
                #""\#(flaw)":{"description":"d","releases":{"bookworm":{\#(state)}}}"#
            )
        }
        let members = packages.sorted { $0.key < $1.key }.map { #""\#($0.key)":{\#($0.value.joined(separator: ","))}"# }
        return "{\(members.joined(separator: ","))}"
    }
}

extension Store {
    /// Imports a feed's document as a file with this name.
    func importing(_ document: String, as name: String = "debian.json") async throws -> FleetImport {
        try await importing([name: document])
    }

    /// Imports documents by the names of their files.
    func importing(_ documents: [String: String]) async throws -> FleetImport {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tallyman-\(UInt64.random(in: 0...(.max)))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover folder harms no test.
        let files = documents.sorted { $0.key < $1.key }.map { (folder.appending(path: $0.key), $0.value) }
        for (file, document) in files { try Data(document.utf8).write(to: file) }
        return try await importAdvisories(try AdvisoryImport(paths: files.map(\.0.path))) { _ in }
    }
}
