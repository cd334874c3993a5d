import Bytes
import Executables

/// The version that `-ldflags -X` gave to a variable of a program whose build information does not tell the flags: it
/// was built with `-trimpath`, or without modules.
///
/// The linker puts the text and a zero byte among the constants, and its address and length into the variable. Texts
/// of that form are in many programs, of C libraries and of tables; what a variable points at was put there for it.
enum StampedVersion {
    /// Where linkers keep constants in ELF, PE and Mach-O files; only these are looked through, not the code.
    static let sections: Set<String> = [".rodata", ".rdata", "__rodata"]

    // Real programs have at most some 25 MB of constants and some 2 MB of data.
    private static let maxConstantBytes = 64 << 20
    private static let maxDataBytes = 64 << 20
    private static let maxCandidates = 4096
    /// Dots looked at: more are in no program's constants, and each costs some 0.3 µs.
    private static let maxDots = 4 << 20
    private static let maxVersionBytes = 64
    private static let maxDigits = 8

    /// The version with its `v`; `nil` where there is none, or more than one.
    static func find(in file: FileBytes, image: ExecutableImage) -> String? {
        guard let constants = sections.sorted().compactMap({ image.sections[$0] }).first,
            let candidates = candidates(in: file, constants), !candidates.isEmpty
        else { return nil }
        return chosen(among: referenced(candidates, in: file, image))
    }

    /// Texts like `v1.2.3-rest` in front of a zero byte, by their address; `nil` where they are too many.
    private static func candidates(in file: FileBytes, _ place: ExecutableImage.Segment) -> [UInt64: String]? {
        var found: [UInt64: String] = [:]
        let start = place.fileRange.lowerBound
        let end = min(place.fileRange.upperBound, start + min(place.fileRange.count, maxConstantBytes))
        let wanted = [UInt8(ascii: ".")]
        var position = start
        var dots = 0
        while let dot = file.firstOffset(of: wanted, from: position), dot < end {
            position = dot + 1
            dots += 1
            guard dots <= maxDots else { return nil }
            guard let text = text(around: dot, start, end, file) else { continue }
            found[place.address &+ UInt64(text.lowerBound - start)] = string(file, text)
            guard found.count <= maxCandidates else { return nil }
        }
        return found
    }

    /// The version whose first dot is at `dot`.
    private static func text(around dot: Int, _ start: Int, _ end: Int, _ file: FileBytes) -> Range<Int>? {
        func isDigit(_ offset: Int) -> Bool { file.u8(at: offset).map { (0x30...0x39).contains($0) } ?? false }
        guard isDigit(dot + 1) else { return nil }
        var first = dot
        while first > start, dot - first < maxDigits, isDigit(first - 1) { first -= 1 }
        guard first < dot else { return nil }
        var last = dot + 1
        while last < end, last - dot < maxDigits, isDigit(last) { last += 1 }
        guard last < end, file.u8(at: last) == UInt8(ascii: "."), isDigit(last + 1) else { return nil }
        while last < end, last - first < maxVersionBytes, let byte = file.u8(at: last), byte != 0 {
            guard isVersionByte(byte) else { return nil }
            last += 1
        }
        guard last < end, file.u8(at: last) == 0 else { return nil }
        if first > start, file.u8(at: first - 1) == UInt8(ascii: "v") { first -= 1 }
        return first..<last
    }

    private static func isVersionByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "~"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func string(_ file: FileBytes, _ range: Range<Int>) -> String {
        String(decoding: file.bytes(at: range.lowerBound, count: range.count) ?? [], as: UTF8.self)
    }

    /// The candidates whose address and length stand beside each other in the program's data: a Go string.
    private static func referenced(
        _ candidates: [UInt64: String],
        in file: FileBytes,
        _ image: ExecutableImage
    ) -> Set<String> {
        guard let least = candidates.keys.min(), let greatest = candidates.keys.max() else { return [] }
        var found: Set<String> = []
        var bytesLeft = maxDataBytes
        let size = image.wordSize
        file.withUnsafeBytes { buffer in
            // Within the buffer by the loop's own bounds: real programs have 300,000 words to look at.
            func word(_ offset: Int) -> UInt64 {
                if size == 8 {
                    let raw = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    return image.isBigEndian ? UInt64(bigEndian: raw) : UInt64(littleEndian: raw)
                }
                let raw = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                return UInt64(image.isBigEndian ? UInt32(bigEndian: raw) : UInt32(littleEndian: raw))
            }
            for range in image.dataRanges {
                // Variables stand at multiples of their size.
                var offset = (range.lowerBound &+ size - 1) / size * size
                let end = min(range.upperBound, buffer.count)
                while bytesLeft > 0, offset >= 0, offset <= end - 2 * size {
                    let address = word(offset)
                    if address >= least, address <= greatest, let text = candidates[address],
                        word(offset + size) == UInt64(text.utf8.count)
                    {
                        found.insert(text)
                    }
                    offset += size
                    bytesLeft -= size
                }
            }
        }
        return found
    }

    /// The only text, or the one that all others continue, as a distribution's revision continues a release.
    private static func chosen(among texts: Set<String>) -> String? {
        let versions = Set(texts.map { $0.hasPrefix("v") ? String($0.dropFirst()) : $0 })
        guard let shortest = versions.min(by: { ($0.utf8.count, $0) < ($1.utf8.count, $1) }), isSemantic(shortest)
        else { return nil }
        let areContinued = versions.allSatisfy { version in
            guard version.hasPrefix(shortest) else { return false }
            return version.dropFirst(shortest.count).first.map { "-+~".contains($0) } ?? true
        }
        return areContinued ? "v" + shortest : nil
    }

    /// Three numbers, and a pre-release and build metadata if any (Semantic Versioning 2.0.0, 2, 9 and 10).
    private static func isSemantic(_ version: String) -> Bool {
        let halves = version.split(separator: "+", omittingEmptySubsequences: false)
        guard halves.count <= 2, let core = halves.first, halves.allSatisfy({ !$0.isEmpty }),
            core.last != "-"
        else { return false }
        let numbers = core.prefix { $0 != "-" }.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
            && !version.contains("~") && !version.contains("_")
    }
}
