import Bytes
import Catalogers
import ScanModel
import Testing

/// What the one cataloger that wants `path` in a folder of sources reads out of `text`.
func declare(_ path: String, _ text: String) throws -> CatalogedFile { try declare(path, Array(text.utf8)) }

func declare(_ path: String, _ bytes: [UInt8]) throws -> CatalogedFile {
    let layerPath = LayerPath(path)
    let wanted = Catalogers.directorySelection.catalogers(for: layerPath)
    return Catalogers.directorySelection.catalogers[try one(of: wanted, for: path)].catalog(
        EvidenceFile(path: layerPath, bytes: FileBytes(bytes))
    )
}
