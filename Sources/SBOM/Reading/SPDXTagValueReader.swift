/// Reads SPDX 2.2 and 2.3 as tags and values.
struct SPDXTagValueReader {
    private var document = SPDXContents()
    private var package: SPDXPackage?
    /// Whether the identifier that comes next is a file's, a snippet's or the document's.
    private var isInPackage = false
    private var license: (id: String, name: String, text: String)?
    private var annotated = ""
    private var comment: String?
    private var annotations: [(ref: String, comment: String)] = []

    static func read(_ bytes: [UInt8]) throws -> DocumentContents {
        var reader = SPDXTagValueReader()
        var lines = TagValueLines(bytes)
        while let (tag, value) = try lines.next() { reader.take(tag, value) }
        reader.endPackage()
        reader.endLicense()
        reader.endAnnotation()
        // An annotation may stand before its package.
        for annotation in reader.annotations { reader.document.annotate(annotation.ref, annotation.comment) }
        return reader.document.contents
    }

    private mutating func take(_ tag: String, _ value: String) {
        switch tag {
        case "Creator": document.add(creator: value)
        case "Created": document.created = value
        case "PackageName":
            endPackage()
            package = SPDXPackage()
            package?.component.name = value
            isInPackage = true
        case "FileName", "SnippetSPDXID": isInPackage = false
        case "SPDXID": if isInPackage { package?.component.ref = value }
        case "LicenseID":
            endLicense()
            license = (value, "", "")
        case "LicenseName": license?.name = value
        case "ExtractedText": license?.text = value
        case "Relationship": relate(value)
        case "Annotator": endAnnotation()
        case "SPDXREF": annotated = value
        case "AnnotationComment": comment = value
        default: if isInPackage { takeOfPackage(tag, value) }
        }
    }

    private mutating func takeOfPackage(_ tag: String, _ value: String) {
        switch tag {
        case "PackageVersion": package?.component.version = value
        case "PackageDescription": package?.component.description = value
        case "PrimaryPackagePurpose": package?.set(purpose: value)
        case "PackageSupplier": package?.set(supplier: value)
        case "PackageSourceInfo": package?.component.sourceInfo = value
        case "PackageLicenseDeclared": package?.declaredLicense = value
        case "PackageLicenseConcluded": package?.concludedLicense = value
        case "PackageAttributionText": package?.add(comment: value)
        case "PackageChecksum":
            guard let colon = value.firstIndex(of: ":") else { return }
            let content = value[value.index(after: colon)...].drop { $0 == " " }
            package?.component.add(hash: String(content), algorithm: String(value[..<colon]))
        case "ExternalRef":
            let parts = value.split(separator: " ", maxSplits: 2)
            if parts.count == 3 { package?.addReference(type: String(parts[1]), locator: String(parts[2])) }
        default: break
        }
    }

    private mutating func relate(_ value: String) {
        let parts = value.split(separator: " ").map(String.init)
        if parts.count >= 3 { document.relate(parts[0], parts[1], parts[2]) }
    }

    private mutating func endPackage() {
        if let package { document.add(package) }
        package = nil
    }

    private mutating func endLicense() {
        if let license { document.licenses.define(license.id, name: license.name, text: license.text) }
        license = nil
    }

    private mutating func endAnnotation() {
        if let comment, !annotated.isEmpty, annotations.count < SBOMLimits.maxComponents {
            annotations.append((annotated, comment))
        }
        comment = nil
        annotated = ""
    }
}

/// The lines `Tag: value` of a document, texts of several lines as one.
struct TagValueLines {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next tag with its value; lines that are none are passed over.
    ///
    /// Throws where a text has no end.
    mutating func next() throws -> (tag: String, value: String)? {
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
            let start = position
            position = min(end + 1, bytes.count)
            guard bytes[start] != UInt8(ascii: "#"),
                let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")), colon - start <= 64
            else { continue }
            let tag = String(decoding: bytes[start..<colon], as: UTF8.self)
            let value = bytes[(colon + 1)..<end].drop { $0 == 0x20 || $0 == 0x09 }
            guard value.starts(with: Self.open) else { return (tag, Self.trimmed(value)) }
            return (tag, try text(from: value.startIndex + Self.open.count))
        }
        return nil
    }

    private static let open = Array("<text>".utf8)
    private static let close = Array("</text>".utf8)

    private mutating func text(from start: Int) throws -> String {
        var index = start
        while index < bytes.count {
            if bytes[index] == Self.close[0], bytes[index...].starts(with: Self.close) {
                position = bytes[index...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
                return String(decoding: bytes[start..<index], as: UTF8.self)
            }
            index += 1
        }
        throw SBOMError(.malformed, "not SPDX: a text without an end at byte \(start)")
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> String {
        var rest = value
        while let last = rest.last, last == 0x20 || last == 0x09 || last == 0x0D { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}
