import Bytes
import Executables

/// The two strings of a build information header: the toolchain's version and the module text.
struct GoBuildStrings: Equatable {
    let version: String
    let modules: String

    private static let magic = Array("\u{ff} Go buildinf:".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    private static let headerSize = 32
    private static let alignment = 16
    /// The marks of 16 random-looking bytes that the linker puts around the module text.
    private static let markSize = 16

    /// Looks for the header in the places of the image; `nil` where there is none.
    static func find(
        in file: FileBytes,
        image: ExecutableImage,
        limits: GoBuildLimits
    ) throws(GoBuildError) -> GoBuildStrings? {
        // The likeliest place first: the section, then the data segments.
        let named = GoBuildReader.sections.sorted().compactMap { image.sections[$0]?.fileRange }
        for place in named + image.dataRanges {
            var from = place.lowerBound
            while let hit = file.firstOffset(of: magic, from: from), hit < place.upperBound {
                if (hit - place.lowerBound).isMultiple(of: alignment) {
                    return try read(file, at: hit, image: image, limits: limits)
                }
                from = hit + 1
            }
        }
        return nil
    }

    private static func read(
        _ file: FileBytes,
        at header: Int,
        image: ExecutableImage,
        limits: GoBuildLimits
    ) throws(GoBuildError) -> GoBuildStrings? {
        guard let pointerSize = file.u8(at: header + 14), let flags = file.u8(at: header + 15) else {
            throw GoBuildError(code: .damaged, message: "header is cut short")
        }
        let version: [UInt8]
        let text: [UInt8]
        if flags & 2 != 0 {
            // Since Go 1.18: two strings, each after its length, directly behind the header.
            let (first, next) = try inline(file, at: header + headerSize, limit: limits.maxVersionBytes)
            version = first
            text = try inline(file, at: next, limit: limits.maxModuleInfoBytes).bytes
        } else {
            guard pointerSize == 4 || pointerSize == 8 else {
                throw GoBuildError(code: .damaged, message: "pointer size \(pointerSize)")
            }
            let pointers = Pointers(
                fields: ExecutableFields(file: file, base: 0, isBigEndian: flags & 1 != 0),
                image: image,
                size: Int(pointerSize)
            )
            version = try pointers.string(from: header + 16, limit: limits.maxVersionBytes)
            text = try pointers.string(from: header + 16 + Int(pointerSize), limit: limits.maxModuleInfoBytes)
        }
        guard !version.isEmpty else { return nil }
        return GoBuildStrings(
            version: String(decoding: version, as: UTF8.self),
            modules: String(decoding: unmarked(text), as: UTF8.self)
        )
    }

    /// A length (LEB128, as Go's `binary.Uvarint`) and as many bytes.
    private static func inline(
        _ file: FileBytes,
        at start: Int,
        limit: Int
    ) throws(GoBuildError) -> (bytes: [UInt8], next: Int) {
        var length: UInt64 = 0
        var position = start
        for shift in stride(from: UInt64(0), through: 56, by: 7) {
            guard let byte = file.u8(at: position) else { break }
            position += 1
            length |= UInt64(byte & 0x7f) << shift
            guard byte < 0x80 else { continue }
            let count = Int(clamping: length)
            guard count <= limit else {
                throw GoBuildError(code: .limit, message: "string of \(count) bytes, limit \(limit)")
            }
            guard let bytes = file.bytes(at: position, count: count) else {
                throw GoBuildError(code: .damaged, message: "string runs out of the file")
            }
            return (bytes, position + count)
        }
        throw GoBuildError(code: .damaged, message: "string length is damaged")
    }

    /// The module text between its marks; empty where it has none, as for a program built without modules.
    private static func unmarked(_ text: [UInt8]) -> ArraySlice<UInt8> {
        guard text.count >= 2 * markSize + 1, text[text.count - markSize - 1] == 0x0a else { return [] }
        return text[markSize..<(text.count - markSize)]
    }
}

/// Go string headers followed through the addresses of an executable, as before Go 1.18.
private struct Pointers {
    let fields: ExecutableFields
    let image: ExecutableImage
    let size: Int

    /// The string whose header's address is stored at a file offset; empty where the pointer is null.
    func string(from offset: Int, limit: Int) throws(GoBuildError) -> [UInt8] {
        let is64Bit = size == 8
        guard let headerAddress = fields.word(offset, is64Bit: is64Bit) else {
            throw GoBuildError(code: .damaged, message: "header is cut short")
        }
        if headerAddress == 0 { return [] }
        guard let header = image.fileOffset(of: headerAddress, count: 2 * size),
            let address = fields.word(header, is64Bit: is64Bit),
            let length = fields.word(header + size, is64Bit: is64Bit)
        else { throw GoBuildError(code: .damaged, message: "pointer leads out of the file") }
        let count = Int(clamping: length)
        guard count <= limit else {
            throw GoBuildError(code: .limit, message: "string of \(count) bytes, limit \(limit)")
        }
        if count == 0 { return [] }
        guard let start = image.fileOffset(of: address, count: count),
            let bytes = fields.file.bytes(at: start, count: count)
        else { throw GoBuildError(code: .damaged, message: "string lies outside the file") }
        return bytes
    }
}
