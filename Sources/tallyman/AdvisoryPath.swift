import Foundation

/// Where the one-shot commands keep their advisories.
enum AdvisoryPath {
    /// `option`, else the setting `advisories`, else `advisories.sqlite` in the user's cache folder.
    static func file(_ option: String?) throws -> String {
        if let path = try option ?? Settings()["advisories"] { return path }
        let environment = ProcessInfo.processInfo.environment
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
            return "\(cache)/tallyman/advisories.sqlite"
        }
        guard let home = environment["HOME"], !home.isEmpty else {
            throw UsageError("neither XDG_CACHE_HOME nor HOME is set: name the file with --advisories")
        }
        return "\(home)/.cache/tallyman/advisories.sqlite"
    }

    /// Makes the folder of `path` where it is missing.
    static func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw UnavailableError("\(folder) cannot be made: \(error.localizedDescription)")
        }
    }
}
