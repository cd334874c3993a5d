import Foundation

/// Where the one-shot commands keep their advisories.
enum AdvisoryPath {
    /// What to do where there are none.
    static let remedy = "`tallyman advisories sync` fetches them, `tallyman advisories import` takes files"

    /// `option`, else the setting `advisories`, else `advisories.sqlite` in the user's cache folder.
    static func file(_ option: String?) throws -> String {
        if let path = try option ?? Settings()["advisories"] { return path }
        return try cacheFolder("advisories.sqlite")
    }

    /// `name` in the folder of this program among the user's caches.
    static func cacheFolder(_ name: String) throws -> String {
        let environment = ProcessInfo.processInfo.environment
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return "\(cache)/tallyman/\(name)" }
        guard let home = environment["HOME"], !home.isEmpty else {
            throw UsageError("neither XDG_CACHE_HOME nor HOME is set: name the file with --advisories")
        }
        return "\(home)/.cache/tallyman/\(name)"
    }

    /// Makes the folder of `path` where it is missing.
    static func makeFolder(of path: String) throws {
        try UserFile.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }
}
