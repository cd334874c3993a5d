import Bytes
import Catalogers
import ScanModel
import Testing

/// What the one cataloger that wants `path` reads out of `text`.
func catalog(_ path: String, _ text: String) throws -> CatalogedFile { try catalog(path, Array(text.utf8)) }

func catalog(_ path: String, _ bytes: [UInt8]) throws -> CatalogedFile {
    try cataloger(for: path).catalog(EvidenceFile(path: LayerPath(path), bytes: FileBytes(bytes)))
}

/// The same within the bounds that an analysis holds to.
func read(_ path: String, _ text: String) throws -> CatalogedFile {
    try cataloger(for: path).read(EvidenceFile(path: LayerPath(path), bytes: FileBytes(Array(text.utf8))))
}

private func cataloger(for path: String) throws -> any Cataloger {
    let wanted = Catalogers.selection.catalogers(for: LayerPath(path))
    return Catalogers.selection.catalogers[try one(of: wanted, for: path)]
}

/// The one element of `wanted`; called so often that nothing is expected where all is well.
func one(of wanted: [Int], for path: String) throws -> Int {
    if let index = wanted.first, wanted.count == 1 { return index }
    return try #require(wanted.count == 1 ? wanted.first : nil, "\(wanted.count) catalogers want \(path)")
}

/// `unit` again and again, as often as it fits into `size` bytes, and once where it does not.
func repeated(_ unit: [UInt8], toFill size: Int) -> [UInt8] {
    let count = max(1, size / unit.count) * unit.count
    var bytes = unit
    bytes.reserveCapacity(count)
    while bytes.count < count { bytes += bytes.prefix(count - bytes.count) }
    return bytes
}

extension CatalogedFile {
    /// `name version` of each package.
    var names: [String] { packages.map { "\($0.package.name) \($0.package.version)" } }
}
