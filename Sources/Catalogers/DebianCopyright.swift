import Bytes

#if canImport(Glibc)
    import Glibc
#endif

/// The names of licences in a Debian copyright file.
///
/// A machine-readable file has them in its `License` fields (copyright-format 1.0, "License specification"). Any other
/// is prose, which by Debian Policy 12.5 names the file of a common licence instead of quoting it.
///
/// An image has thousands of such files, so lines are found with `memchr` and text is made of names alone.
struct DebianCopyright {
    /// The largest copyright files, those of browsers, have some two million bytes.
    private static let maxBytes = 4 << 20
    /// Bytes of a name; expressions of many licences are as long as this.
    private static let maxNameBytes = 1024
    private static let maxNames = 1000

    private let text: [UInt8]
    /// As the file has them, but with parentheses where Debian has commas.
    private(set) var names: Set<String> = []
    /// Whether the file has more bytes, or names, than are read.
    private(set) var isCut = false

    init(_ file: FileBytes) {
        isCut = file.count > Self.maxBytes
        text = isCut ? file.bytes(at: 0, count: Self.maxBytes) ?? [] : file.all
        let isMachineReadable = readFields()
        if !isMachineReadable { names = names.filter { RecognisedLicenses.expression($0) != nil } }
        if !isMachineReadable || names.isEmpty { readCommonLicenses() }
    }

    private mutating func insert(_ name: String) {
        guard !name.isEmpty, name.utf8.count <= Self.maxNameBytes, name.lowercased() != "none" else { return }
        if names.count < Self.maxNames {
            names.insert(Self.grouped(name))
        } else if !names.contains(name) {
            isCut = true
        }
    }
}

// MARK: Fields

extension DebianCopyright {
    private static let license = Array("license:".utf8)
    private static let formats = [Array("format:".utf8), Array("format-specification:".utf8)]

    /// Takes the first lines of `License` fields; says whether the first stanza has a `Format`.
    private mutating func readFields() -> Bool {
        var isMachineReadable = false
        var isHeader = true
        var start = text.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        var sawText = false
        while start < text.count {
            let end = Self.lineEnd(in: text, from: start)
            let letter = text[start] | 0x20
            if letter == UInt8(ascii: "l") {
                if let value = value(of: Self.license, from: start, to: end) { insert(value) }
            } else if isHeader {
                if letter == UInt8(ascii: "f"),
                    Self.formats.contains(where: { value(of: $0, from: start, to: end) != nil })
                {
                    isMachineReadable = true
                }
                isHeader = end > start || !sawText
            }
            sawText = sawText || end > start
            start = end + 1
        }
        return isMachineReadable
    }

    private static func lineEnd(in text: [UInt8], from start: Int) -> Int {
        text.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, start < buffer.count,
                let found = memchr(base + start, 0x0a, buffer.count - start)
            else { return buffer.count }
            return UnsafeRawPointer(found) - base
        }
    }

    /// What follows `field`, a name in lower case with its colon, on the line.
    private func value(of field: [UInt8], from start: Int, to end: Int) -> String? {
        guard field.count <= end - start else { return nil }
        for (offset, byte) in field.enumerated() {
            let found = text[start + offset]
            guard found == byte || (found | 0x20 == byte && byte > 0x60) else { return nil }
        }
        return text[(start + field.count)..<end].prefix(Self.maxNameBytes).trimmedText
    }

    /// `A or B, and C` is `(A or B) and C` (copyright-format 1.0, "License syntax").
    private static func grouped(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: ",")) else { return name }
        let isAll = name.contains(", and ")
        guard isAll != name.contains(", or ") else { return name }
        let word = isAll ? " and " : " or "
        let parts = name.split(separator: "," + word).map { "( \($0) )" }.joined(separator: word)
        return RecognisedLicenses.expression(parts) ?? name
    }
}

// MARK: Prose

extension DebianCopyright {
    private static let folder = Array("/common-licenses/".utf8)
    /// How far before the name of the file the words «any later version» belong to it, in bytes.
    private static let noticeBytes = 2048

    private mutating func readCommonLicenses() {
        let file = FileBytes(text)
        var start = 0
        while let found = file.firstOffset(of: Self.folder, from: start) {
            let begin = found + Self.folder.count
            var end = begin
            while end < text.count, end - begin < 64, Self.isNameByte(text[end]) { end += 1 }
            let notice = text[max(start, found - Self.noticeBytes)..<found]
            start = end
            while end > begin, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
            let name = String(decoding: text[begin..<end], as: UTF8.self)
            // A field that says the same, and that later versions may be chosen, knows better.
            if names.contains(name + "+") { continue }
            insert(Self.licenseName(ofFile: name, isOpen: Self.saysLater(notice)))
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The file `BSD` holds the three clauses; the GNU licences have a file for each version, which their notices open.
    private static func licenseName(ofFile name: String, isOpen: Bool) -> String {
        if name == "BSD" { return "BSD-3-Clause" }
        let isVersioned = name.last?.isNumber == true && ["GPL-", "LGPL-", "GFDL-"].contains { name.hasPrefix($0) }
        return isOpen && isVersioned ? name + "+" : name
    }

    /// Whether the words «later version» are there, with any white space between them.
    private static func saysLater(_ notice: ArraySlice<UInt8>) -> Bool {
        var rest = notice
        while let start = rest.firstIndex(of: UInt8(ascii: "l")) {
            rest = rest[start...].dropFirst()
            guard rest.starts(with: "ater".utf8) else { continue }
            let after = rest.dropFirst(4).drop { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0d) }
            if after.starts(with: "version".utf8) { return true }
        }
        return false
    }
}
