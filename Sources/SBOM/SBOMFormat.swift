/// The forms of SBOM documents that are written, named as on the command line.
package enum SBOMFormat: String, CaseIterable, Sendable {
    case cyclonedxJSON = "cyclonedx-json"
    case cyclonedxXML = "cyclonedx-xml"
    case spdxJSON = "spdx-json"
    case spdxTagValue = "spdx-tag-value"
}

extension BillOfMaterials {
    /// The document in `format`: CycloneDX 1.6 or SPDX 2.3.
    ///
    /// The same content gives the same bytes, in whatever order its parts are.
    package func encode(as format: SBOMFormat) -> [UInt8] {
        let description = DocumentDescription(self)
        return switch format {
        case .cyclonedxJSON: CycloneDXJSONWriter.write(description)
        case .cyclonedxXML: CycloneDXXMLWriter.write(description)
        case .spdxJSON: SPDXJSONWriter.write(description)
        case .spdxTagValue: SPDXTagValueWriter.write(description)
        }
    }
}
