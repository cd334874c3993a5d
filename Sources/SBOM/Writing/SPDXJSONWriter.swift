import Licenses
import ScanModel

/// Writes SPDX 2.3 in JSON (schema `spdx-schema.json` of the specification).
enum SPDXJSONWriter {
    private typealias Element = SPDXDescription.Element

    static func write(_ description: DocumentDescription) -> [UInt8] {
        let document = SPDXDescription(description)
        var text = JSONText()
        text.object { text in
            text.member("spdxVersion", "SPDX-2.3")
            text.member("dataLicense", "CC0-1.0")
            text.member("SPDXID", SPDXName.document)
            text.member("name", document.name)
            text.member("documentNamespace", document.namespace)
            text.key("creationInfo")
            text.object { text in
                text.member("created", document.created)
                text.members("creators", [document.creator]) { $0.string($1) }
                text.member("licenseListVersion", LicenseList.version)
            }
            text.members("packages", [document.root] + document.contents) { write($1, of: document, &$0) }
            text.members("hasExtractedLicensingInfos", document.extracted) { text, license in
                text.object { text in
                    text.member("licenseId", license.id)
                    text.member("extractedText", license.text)
                    text.member("name", license.text)
                }
            }
            text.key("relationships")
            text.array { text in
                relation(SPDXName.document, "DESCRIBES", document.root.id, &text)
                for element in document.contents { relation(document.root.id, "CONTAINS", element.id, &text) }
            }
        }
        return text.bytes + [UInt8(ascii: "\n")]
    }

    private static func relation(_ from: String, _ kind: String, _ to: String, _ text: inout JSONText) {
        text.object { text in
            text.member("spdxElementId", from)
            text.member("relationshipType", kind)
            text.member("relatedSpdxElement", to)
        }
    }

    private static func write(_ element: Element, of document: SPDXDescription, _ text: inout JSONText) {
        text.object { text in
            text.member("SPDXID", element.id)
            text.member("name", element.name)
            text.member("versionInfo", element.version)
            text.member("supplier", element.supplier)
            text.member("primaryPackagePurpose", element.purpose.rawValue)
            text.member("downloadLocation", "NOASSERTION")
            text.key("filesAnalyzed")
            text.literal("false")
            text.members("checksums", element.hashes) { text, digest in
                text.object { text in
                    text.member("algorithm", digest.spdxAlgorithm)
                    text.member("checksumValue", digest.hex)
                }
            }
            text.member("sourceInfo", element.sourceInfo)
            text.member("licenseConcluded", "NOASSERTION")
            text.member("licenseDeclared", element.license?.description ?? "NOASSERTION")
            text.member("copyrightText", "NOASSERTION")
            let cpes = element.cpes.map { ("SECURITY", "cpe23Type", $0) }
            let purls = element.purl.map { [("PACKAGE-MANAGER", "purl", $0)] } ?? []
            text.members("externalRefs", cpes + purls) { text, reference in
                text.object { text in
                    text.member("referenceCategory", reference.0)
                    text.member("referenceType", reference.1)
                    text.member("referenceLocator", reference.2)
                }
            }
            text.members("annotations", [element.comment]) { text, comment in
                text.object { text in
                    text.member("annotationDate", document.created)
                    text.member("annotationType", "OTHER")
                    text.member("annotator", document.creator)
                    text.member("comment", comment)
                }
            }
        }
    }
}
