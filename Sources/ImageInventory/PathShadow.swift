import ScanModel

/// What hides entries below a path that is moved through an image in the order of bytes.
///
/// In that order a directory comes before what is below it, though `a-b` may come between `a` and `a/x`. So only what the
/// path begins with is remembered, and a move costs what changes of the path.
struct PathShadow {
    private struct Cover {
        /// Bytes of the path up to it.
        let length: Int
        /// The highest layer that hides what lower layers have below it; -1 for none.
        let layer: Int
    }

    /// Where it stands.
    private(set) var path: [UInt8] = []
    /// Passed paths that this one begins with, or is, and that hide something.
    private var covers: [Cover] = []
    /// The directories above, but for the root, each with what hides below it or one above.
    private var directories: [Cover] = []
    private var root = -1

    /// The highest layer that hides what lower layers have in the directory of the path; -1 for none.
    var layer: Int { directories.last?.layer ?? root }

    /// Moves on to a path that comes later, or stays; how many bytes both begin with.
    @discardableResult
    mutating func move(to next: [UInt8]) -> Int {
        let common = ByteOrder.commonPrefix(path, next)
        path.removeLast(path.count - common)
        path.append(contentsOf: next[common...])
        while let last = covers.last, last.length > common { covers.removeLast() }
        while let last = directories.last, last.length >= common { directories.removeLast() }
        for length in common..<path.count where path[length] == UInt8(ascii: "/") {
            let own = covers.lazy.filter { $0.length == length }.map(\.layer).max() ?? -1
            directories.append(Cover(length: length, layer: max(layer, own)))
        }
        return common
    }

    /// Notes that `layer` hides what lower layers have below the path.
    mutating func cover(by layer: Int) {
        if path.isEmpty { root = max(root, layer) } else { covers.append(Cover(length: path.count, layer: layer)) }
    }
}
