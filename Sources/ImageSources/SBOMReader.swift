import Matching
import SBOM
import ScanModel

/// Reads an SBOM as an image without layers.
enum SBOMReader {
    /// The packages that the document at `path` lists; `source` is what the user called it.
    static func image(_ path: String, source: String) throws -> ScannedImage {
        let bytes = try LocalFile(path).all(maxBytes: SBOMLimits.maxBytes)
        do {
            return ScannedImage(try BillOfMaterials.read(bytes, source: source))
        } catch let error as SBOMError {
            throw ImageSourceError(code(of: error), "\(path): \(error)")
        }
    }

    private static func code(of error: SBOMError) -> ImageSourceError.Code {
        switch error.code {
        case .malformed: .malformed
        case .tooLarge: .tooLarge
        case .unsupported: .unsupported
        }
    }
}

extension ScannedImage {
    fileprivate init(_ bill: BillOfMaterials) {
        self.init(
            source: bill.subject.source,
            reference: bill.subject.reference,
            digest: bill.subject.digest,
            imageID: bill.subject.imageID,
            platform: bill.subject.platform,
            inventory: Inventory(
                distro: bill.distro,
                packages: OwnerInference.completing(bill.components.map(\.installed)),
                gaps: bill.gaps
            ),
            packageDistros: bill.components.map(\.distro)
        )
        created = bill.created
        labels = bill.subject.labels
        layerDigests = bill.subject.layers
        diffIDs = bill.subject.diffIDs
    }
}
