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
    let index = try #require(wanted.first, "no cataloger wants \(path)")
    #expect(wanted.count == 1)
    return Catalogers.selection.catalogers[index]
}

extension CatalogedFile {
    /// `name version` of each package.
    var names: [String] { packages.map { "\($0.package.name) \($0.package.version)" } }
}
