import Bytes
import Catalogers
import ScanModel
import Testing

/// What the one cataloger that wants `path` reads out of `text`.
func catalog(_ path: String, _ text: String) throws -> CatalogedFile { try catalog(path, Array(text.utf8)) }

func catalog(_ path: String, _ bytes: [UInt8]) throws -> CatalogedFile {
    let layerPath = LayerPath(path)
    let wanted = Catalogers.selection.catalogers(for: layerPath)
    let index = try #require(wanted.first, "no cataloger wants \(path)")
    #expect(wanted.count == 1)
    return Catalogers.selection.catalogers[index].catalog(EvidenceFile(path: layerPath, bytes: FileBytes(bytes)))
}

extension CatalogedFile {
    /// `name version` of each package.
    var names: [String] { packages.map { "\($0.package.name) \($0.package.version)" } }
}
