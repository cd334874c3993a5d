import Bytes
import Codecs
import Executables
import ScanModel

/// Java's libraries in programs that GraalVM compiled ahead of time, from the bill of materials that these export: a
/// CycloneDX document, compressed with gzip (GraalVM, Native Image, "Software Bill of Materials (SBOM)").
struct NativeImageCataloger: Cataloger {
    let name = "native-image"
    let version = 1
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.executable]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard let place = NativeImageSymbols(file.bytes)?.document else { return CatalogedFile() }
        do {
            guard place.count <= EvidenceBound.text,
                let compressed = file.bytes.bytes(at: place.lowerBound, count: place.count)
            else { return CatalogedFile(problem: "a bill of materials of \(place.count) bytes: it is not read") }
            let json = try Gzip.decompress(compressed, maxBytes: EvidenceBound.text)
            return libraries(try BoundedJSON(json))
        } catch {
            return CatalogedFile(problem: "the native image's bill of materials cannot be read: \(error)")
        }
    }

    /// CycloneDX 1.6, "components"; each is a Maven artifact, those of the JDK's modules too.
    private func libraries(_ document: BoundedJSON) -> CatalogedFile {
        var packages = PackageRecords(.java)
        for component in document["components"]?.elements ?? [] {
            let purl = component["purl"]?.string.flatMap { PackageURLParts($0) }
            if let purl, purl.type != "maven" { continue }
            let group = component["group"]?.string ?? purl?.namespace ?? ""
            packages.add(
                name: component["name"]?.string,
                version: component["version"]?.string ?? purl?.version,
                licenses: (component["licenses"]?.elements ?? []).compactMap(license),
                group: PackageRecords.isSound(group) ? group : nil
            )
        }
        return packages.file
    }

    private func license(_ choice: BoundedJSON) -> String? {
        let license = choice["license"]
        return choice["expression"]?.string ?? license?["id"]?.string ?? license?["name"]?.string
    }
}

/// Where the symbols of a native image lead to: its bill of materials begins at `sbom`, and `sbom_length` is how long it is.
///
/// GraalVM writes programs for Linux on 64-bit machines, which have the least significant byte first.
struct NativeImageSymbols {
    private static let start = TextSearch(Array("sbom".utf8) + [0])
    private static let length = TextSearch(Array("sbom_length".utf8) + [0])
    private static let symbolBytes = 24
    private static let gzip: [UInt8] = [0x1f, 0x8b]

    /// The compressed document's place in the file.
    let document: Range<Int>

    /// `nil` where the file is no native image, or has no bill.
    init?(_ file: FileBytes) {
        let tables = [(".dynsym", ".dynstr"), (".symtab", ".strtab")]
        guard file.hasBytes([0x7f, 0x45, 0x4c, 0x46]),
            let image = ExecutableImage.read(file, wanted: Set(tables.flatMap { [$0.0, $0.1] })),
            image.wordSize == 8, !image.isBigEndian
        else { return nil }
        for (symbols, names) in tables {
            guard let symbols = image.sections[symbols]?.fileRange, let names = image.sections[names]?.fileRange,
                let place = Self.find(file, image, symbols, names)
            else { continue }
            document = place
            return
        }
        return nil
    }

    private static func find(
        _ file: FileBytes,
        _ image: ExecutableImage,
        _ symbols: Range<Int>,
        _ names: Range<Int>
    ) -> Range<Int>? {
        // Few programs have such a name: the symbols of all others are not gone through.
        let isLikely = file.withUnsafeBytes { buffer in
            length.offset(in: UnsafeRawBufferPointer(rebasing: buffer[names]), from: 0) != nil
        }
        guard isLikely, let startAddress = address(of: start, file, symbols, names),
            let lengthAddress = address(of: length, file, symbols, names),
            let lengthAt = image.fileOffset(of: lengthAddress, count: 8),
            let stored: UInt64 = file.integer(at: lengthAt), let count = Int(exactly: stored), count > gzip.count,
            let place = image.fileOffset(of: startAddress, count: count), file.hasBytes(gzip, at: place)
        else { return nil }
        return place..<place + count
    }

    /// The address of the first symbol of this name (System V gABI, chapter 4, "Symbol Table").
    private static func address(
        of name: TextSearch,
        _ file: FileBytes,
        _ symbols: Range<Int>,
        _ names: Range<Int>
    ) -> UInt64? {
        // In one go over the bytes, since a table may have a hundred million symbols.
        file.withUnsafeBytes { buffer -> UInt64? in
            let texts = UnsafeRawBufferPointer(rebasing: buffer[names])
            for index in 0..<symbols.count / symbolBytes {
                let at = symbols.lowerBound + index * symbolBytes
                let start = Int(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
                guard start < texts.count, texts[start...].starts(with: name.text) else { continue }
                return UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
            }
            return nil
        }
    }
}
