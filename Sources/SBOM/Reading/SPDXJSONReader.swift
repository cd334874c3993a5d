/// Reads SPDX 2.2 and 2.3 in JSON.
enum SPDXJSONReader {
    static func read(_ bytes: [UInt8]) throws -> DocumentContents {
        try DocumentCursor.read(bytes) { cursor in
            var document = SPDXContents()
            try cursor.members { cursor, name in try member(name, &cursor, &document) }
            try cursor.end()
            return document.contents
        }
    }

    private static func member(_ name: String, _ cursor: inout DocumentCursor, _ document: inout SPDXContents) throws {
        switch name {
        case "creationInfo": try creation(&cursor, &document)
        case "packages":
            try cursor.elements { cursor in
                let found = try package(&cursor)
                document.add(found)
            }
        case "hasExtractedLicensingInfos": try license(&cursor, &document)
        case "documentDescribes": for ref in try cursor.strings() { document.describe(ref) }
        case "relationships":
            try objects(&cursor, ["spdxElementId", "relationshipType", "relatedSpdxElement"]) {
                document.relate($0[0], $0[1], $0[2])
            }
        default: try cursor.skip()
        }
    }

    private static func creation(_ cursor: inout DocumentCursor, _ document: inout SPDXContents) throws {
        try cursor.members { cursor, name in
            switch name {
            case "created": document.created = try cursor.string()
            case "creators": for creator in try cursor.strings() { document.add(creator: creator) }
            default: try cursor.skip()
            }
        }
    }

    private static func license(_ cursor: inout DocumentCursor, _ document: inout SPDXContents) throws {
        try objects(&cursor, ["licenseId", "name", "extractedText"]) {
            document.licenses.define($0[0], name: $0[1], text: $0[2])
        }
    }

    private static func package(_ cursor: inout DocumentCursor) throws -> SPDXPackage {
        var found = SPDXPackage()
        try cursor.members { cursor, name in
            switch name {
            case "SPDXID": found.component.ref = try cursor.string()
            case "name": found.component.name = try cursor.string()
            case "versionInfo": found.component.version = try cursor.string()
            case "description": found.component.description = try cursor.string()
            case "primaryPackagePurpose": found.set(purpose: try cursor.string())
            case "supplier": found.set(supplier: try cursor.string())
            case "sourceInfo": found.component.sourceInfo = try cursor.string()
            case "licenseDeclared": found.declaredLicense = try cursor.string()
            case "licenseConcluded": found.concludedLicense = try cursor.string()
            case "checksums":
                try objects(&cursor, ["algorithm", "checksumValue"]) {
                    found.component.add(hash: $0[1], algorithm: $0[0])
                }
            case "externalRefs":
                try objects(&cursor, ["referenceType", "referenceLocator"]) {
                    found.addReference(type: $0[0], locator: $0[1])
                }
            case "annotations": try objects(&cursor, ["comment"]) { found.add(comment: $0[0]) }
            // Where older releases of Trivy put what is in annotations now.
            case "attributionTexts": for text in try cursor.strings() { found.add(comment: text) }
            default: try cursor.skip()
            }
        }
        return found
    }

    /// The strings `names` of each object of an array, in this order, empty where there is none.
    private static func objects(
        _ cursor: inout DocumentCursor,
        _ names: [String],
        _ body: ([String]) -> Void
    ) throws {
        try cursor.elements { cursor in
            var values = [String](repeating: "", count: names.count)
            try cursor.members { cursor, name in
                if let index = names.firstIndex(of: name) {
                    values[index] = try cursor.string()
                } else {
                    try cursor.skip()
                }
            }
            body(values)
        }
    }
}
