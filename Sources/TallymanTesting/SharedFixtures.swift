import Foundation

/// The folder of fixtures that tests read in place: `TALLYMAN_SHARED`, else `shared` beside the package.
package enum SharedFixtures {
    /// What a skipped test says.
    package static let missing = "no shared fixtures: TALLYMAN_SHARED does not name their folder"

    /// The folder with one case of package evidence each, or `nil` where it is absent.
    package static let catalog: String? = existing("fixtures/catalog")
    /// The folder with tables of versions and ranges, or `nil` where it is absent.
    package static let tables: String? = existing("fixtures")
    /// The folder with published advisories, or `nil` where it is absent.
    package static let feeds: String? = existing("feeds")

    /// The path of a feed, for example `osv/Go.zip`; there is none where `feeds` is `nil`.
    package static func feed(_ name: String) -> String { (feeds ?? "") + "/" + name }

    private static func existing(_ path: String) -> String? {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let shared = ProcessInfo.processInfo.environment["TALLYMAN_SHARED"] ?? package + "/../shared"
        let folder = shared + "/" + path
        return FileManager.default.fileExists(atPath: folder) ? folder : nil
    }
}
