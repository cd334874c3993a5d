import Foundation

/// Finds the feed files under the paths that an import was given.
enum FeedPaths {
    /// The units under `paths`, in a fixed order.
    ///
    /// A folder's loose JSON files form one unit for each folder right below the path (an unpacked OSV export has a file
    /// for each record); every other file is a unit of its own. Hidden files are left out; symbolic links inside folders
    /// are not followed.
    ///
    /// Of the folders right below the paths only `folders` are looked into, where they are given.
    static func units(_ paths: [String], folders: Set<String>? = nil, limits: AdvisoryLimits) throws -> [FeedUnit] {
        var units: [FeedUnit] = []
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw AdvisoryError(.unreadable, "\(path): no such file or folder")
            }
            if isFolder.boolValue {
                units += try folderUnits(path, folders: folders, limits: limits)
            } else {
                let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
                // Whoever opens a pipe waits for its writer; what is asked in vain is none of ours either.
                guard (try? target.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true else {
                    throw AdvisoryError(
                        .unreadable,
                        "\(path): not a regular file; name a feed's file, or a folder of them"
                    )
                }
                let name = URL(fileURLWithPath: path).lastPathComponent
                units.append(FeedUnit(name: name, place: place(of: path), files: [(name, path)]))
            }
        }
        return units
    }

    private static func place(of path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    private static func folderUnits(
        _ root: String,
        folders: Set<String>?,
        limits: AdvisoryLimits
    ) throws -> [FeedUnit] {
        let keys: [URLResourceKey] = [.isRegularFileKey, .isSymbolicLinkKey]
        let base = URL(fileURLWithPath: root, isDirectory: true).resolvingSymlinksInPath()
        let walker = FileManager.default.enumerator(
            at: base,
            includingPropertiesForKeys: keys,
            options: .skipsHiddenFiles
        )
        guard let walk = walker else {
            throw AdvisoryError(.unreadable, "\(root): cannot be listed")
        }
        var single: [FeedUnit] = []
        var loose: [String: [(name: String, path: String)]] = [:]
        var count = 0
        for case let url as URL in walk {
            let values = try url.resourceValues(forKeys: Set(keys))
            guard values.isRegularFile == true, values.isSymbolicLink != true else { continue }
            count += 1
            guard count <= limits.maxFolderFiles else {
                throw AdvisoryError(.tooLarge, "\(root): more than \(limits.maxFolderFiles) files")
            }
            let parts = url.pathComponents.dropFirst(base.pathComponents.count)
            guard folders?.contains(parts.first ?? "") != false else { continue }
            let name = parts.joined(separator: "/")
            if url.pathExtension == "json" {
                loose[parts.count > 1 ? parts.first ?? "" : "", default: []].append((name, url.path))
            } else {
                single.append(FeedUnit(name: name, place: url.path, files: [(name, url.path)]))
            }
        }
        let folders = loose.map { name, files in
            FeedUnit(name: name, place: "\(base.path)/\(name)/", files: files.sorted { $0.name < $1.name })
        }
        return (single + folders).sorted { $0.name < $1.name }
    }
}
