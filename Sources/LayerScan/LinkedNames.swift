import ScanModel

/// Files of a layer whose content is evidence under names that it gets by hard links, not under the name at which it stands.
///
/// Archives hold the content at the first of a file's names, whichever that is: in a package manager's store of files, or
/// in a repository of whole file systems, it says nothing. By the time the link comes the content has gone by, so such a
/// layer is read a second time, knowing them.
package struct LinkedNames: Sendable, Equatable {
    /// The most names that one layer is read again for.
    static let maxNames = 200_000
    /// The most names of one file, each of which it is read for; of more there is a gap.
    static let maxNamesOfFile = 256

    /// The names that are evidence, by the path at which the content stands.
    private var names: [LayerPath: [LayerPath]] = [:]
    private var count = 0

    package init() {}

    package var isEmpty: Bool { names.isEmpty }

    subscript(path: LayerPath) -> [LayerPath] { names[path] ?? [] }

    mutating func insert(_ name: LayerPath, of path: LayerPath) {
        guard count < Self.maxNames, self[path].count < Self.maxNamesOfFile, self[path].last != name else { return }
        names[path, default: []].append(name)
        count += 1
    }
}
