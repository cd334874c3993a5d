import Licenses
import ScanModel

/// Writes SPDX 2.3 as tags and values (SPDX specification v2.3, Annex «tag-value»).
struct SPDXTagValueWriter {
    private var bytes: [UInt8] = []

    static func write(_ description: DocumentDescription) -> [UInt8] {
        let document = SPDXDescription(description)
        var writer = SPDXTagValueWriter()
        writer.line("SPDXVersion", "SPDX-2.3")
        writer.line("DataLicense", "CC0-1.0")
        writer.line("SPDXID", SPDXName.document)
        writer.free("DocumentName", document.name)
        writer.line("DocumentNamespace", document.namespace)
        writer.line("LicenseListVersion", LicenseList.version)
        writer.line("Creator", document.creator)
        writer.line("Created", document.created)
        for element in [document.root] + document.contents { writer.write(element) }
        for license in document.extracted {
            writer.blank()
            writer.line("LicenseID", license.id)
            writer.text("ExtractedText", license.text)
            writer.free("LicenseName", license.text)
        }
        writer.blank()
        writer.line("Relationship", "\(SPDXName.document) DESCRIBES \(document.root.id)")
        for element in document.contents { writer.line("Relationship", "\(document.root.id) CONTAINS \(element.id)") }
        for element in [document.root] + document.contents {
            writer.blank()
            writer.line("Annotator", document.creator)
            writer.line("AnnotationDate", document.created)
            writer.line("AnnotationType", "OTHER")
            writer.line("SPDXREF", element.id)
            writer.text("AnnotationComment", element.comment)
        }
        return writer.bytes
    }

    private mutating func write(_ element: SPDXDescription.Element) {
        blank()
        free("PackageName", element.name)
        line("SPDXID", element.id)
        if let version = element.version { free("PackageVersion", version) }
        if let supplier = element.supplier { line("PackageSupplier", supplier) }
        line("PrimaryPackagePurpose", element.purpose.tag)
        line("PackageDownloadLocation", "NOASSERTION")
        line("FilesAnalyzed", "false")
        for digest in element.hashes { line("PackageChecksum", "\(digest.spdxAlgorithm): \(digest.hex)") }
        if let source = element.sourceInfo { text("PackageSourceInfo", source) }
        line("PackageLicenseConcluded", "NOASSERTION")
        line("PackageLicenseDeclared", element.license?.description ?? "NOASSERTION")
        line("PackageCopyrightText", "NOASSERTION")
        for cpe in element.cpes { line("ExternalRef", "SECURITY cpe23Type \(cpe)") }
        if let purl = element.purl { line("ExternalRef", "PACKAGE-MANAGER purl \(purl)") }
    }

    private mutating func blank() { bytes.append(UInt8(ascii: "\n")) }

    private mutating func line(_ tag: String, _ value: String) {
        bytes.append(contentsOf: "\(tag): \(value)\n".utf8)
    }

    /// A value of one line that is not ours: what would end the line is replaced, what readers take for something else
    /// than a text is quoted.
    private mutating func free(_ tag: String, _ value: String) {
        let plain = String(String.UnicodeScalarView(value.unicodeScalars.map { $0.endsLine ? " " : $0 }))
        line(tag, plain.hasMeaningInTagValue ? "\"\(plain)\"" : plain)
    }

    /// A value of any number of lines between `<text>` and `</text>`, which must not stand in it.
    private mutating func text(_ tag: String, _ value: String) {
        let safe = value.replacing("<text>", with: #"\u003ctext>"#).replacing("</text>", with: #"\u003c/text>"#)
        bytes.append(contentsOf: "\(tag): <text>\(safe)</text>\n".utf8)
    }
}
