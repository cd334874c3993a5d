import ScanModel

extension BillOfMaterials {
    /// Reads a document: CycloneDX 1.2 and later in JSON and XML, SPDX 2.2 and 2.3 in JSON and tag-value.
    ///
    /// The content tells the format. `source` is what stands as the subject's source. Components that are no packages,
    /// such as files, are passed over; packages that cannot be told are noted as gaps.
    package static func read(_ bytes: [UInt8], source: String) throws -> BillOfMaterials {
        guard bytes.count <= SBOMLimits.maxBytes else {
            throw SBOMError(.tooLarge, "\(bytes.count) bytes are over the bound of \(SBOMLimits.maxBytes)")
        }
        return DocumentInterpretation(try contents(of: bytes)).bill(source: source)
    }

    private static func contents(of bytes: [UInt8]) throws -> DocumentContents {
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let first = bytes[mark...].first(where: { $0 > 0x20 }) else {
            throw SBOMError(.malformed, "an empty document")
        }
        switch first {
        case UInt8(ascii: "{"): return try json(bytes)
        case UInt8(ascii: "<"): return try CycloneDXXMLReader.read(bytes)
        case 0xFE, 0xFF: throw SBOMError(.unsupported, "only documents in UTF-8 are read")
        default:
            guard
                bytes[mark...].prefix(64 << 10).split(separator: 0x0A).contains(where: {
                    $0.starts(with: "SPDXVersion:".utf8)
                })
            else { throw SBOMError(.malformed, "neither a CycloneDX nor an SPDX document") }
            return try SPDXTagValueReader.read(bytes)
        }
    }

    private static func json(_ bytes: [UInt8]) throws -> DocumentContents {
        var kinds: Set<String> = []
        try DocumentCursor.read(bytes) { cursor in
            try cursor.members { cursor, name in
                switch name {
                case "bomFormat": if try cursor.string() == "CycloneDX" { kinds.insert("cyclonedx") }
                case "spdxVersion": if try cursor.string().hasPrefix("SPDX-2") { kinds.insert("spdx") }
                case "@graph":
                    kinds.insert("graph")
                    try cursor.skip()
                default: try cursor.skip()
                }
            }
        }
        if kinds.contains("cyclonedx") { return try CycloneDXJSONReader.read(bytes) }
        if kinds.contains("spdx") { return try SPDXJSONReader.read(bytes) }
        if kinds.contains("graph") { throw SBOMError(.unsupported, "of SPDX, releases 2.2 and 2.3 are read") }
        throw SBOMError(.malformed, "neither a CycloneDX nor an SPDX document")
    }
}
