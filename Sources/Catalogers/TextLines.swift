import Bytes
import ScanModel

/// The lines of a text file as byte slices, without their line ends; a carriage return before the line end is dropped.
struct TextLines: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var position: Int

    /// The lines from an offset on: behind a byte order mark, for one.
    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard position < bytes.count else { return nil }
        // Through a pointer, which is not kept, many bytes are looked at at a time.
        let found = bytes.withUnsafeBytes { ByteOrder.offset(of: UInt8(ascii: "\n"), in: $0, from: position) }
        let end = found ?? bytes.count
        var line = bytes[position..<end]
        position = end + 1
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        return line
    }
}

extension ArraySlice<UInt8> {
    /// Decoded as UTF-8 (damaged bytes replaced), without white space at both ends.
    var trimmedText: String {
        let isSpace: (UInt8) -> Bool = { $0 == 32 || ($0 >= 9 && $0 <= 13) }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(decoding: self[first...last], as: UTF8.self)
    }
}

/// Stanzas of `Field: value` lines with continuation lines, as Debian's control files and Python's metadata have them
/// (Debian Policy, 5.1; core metadata specification).
struct ControlStanzas: Sequence, IteratorProtocol {
    /// Fields longer than this are cut: no field that we read comes near.
    private static let maxFieldBytes = 64 * 1024

    /// What ends a stanza.
    enum End {
        /// A line without anything but blanks, which no field may have in it: Debian's control files and R's.
        case blankLine
        /// Only a line without anything; one of blanks continues the field, as in messages (RFC 5322, 2.2.3, as Python's
        /// `email` reads it).
        case emptyLine
    }

    private var lines: TextLines
    private let wanted: Set<String>
    private let end: End

    /// Reads only the fields in `wanted`, which are given in lower case; passes over a byte order mark.
    init(_ bytes: [UInt8], wanted: Set<String>, end: End = .blankLine) {
        lines = TextLines(bytes, from: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0)
        self.wanted = wanted
        self.end = end
    }

    /// The next stanza that is not empty; names in lower case, each with its values in order.
    mutating func next() -> [String: [String]]? {
        var fields: [String: [String]] = [:]
        var sawLine = false
        var current: (name: String, value: String)?
        func keep() {
            guard let current else { return }
            fields[current.name, default: []].append(current.value)
        }
        while let line = lines.next() {
            guard line.contains(where: { $0 != 32 && $0 != 9 }) else {
                // Where it continues a field it adds nothing that we read.
                if sawLine, end == .blankLine || line.isEmpty { break }
                continue
            }
            sawLine = true
            if line.first == 32 || line.first == 9 {
                // In place: a copy for each line would make a field of many lines slow.
                if let length = current?.value.utf8.count, length < Self.maxFieldBytes {
                    current?.value.append("\n")
                    current?.value.append(line.prefix(Self.maxFieldBytes).trimmedText)
                }
                continue
            }
            keep()
            current = nil
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon - line.startIndex <= 64 else { continue }
            let name = line[..<colon].trimmedText.lowercased()
            if wanted.contains(name) {
                current = (name, line[(colon + 1)...].prefix(Self.maxFieldBytes).trimmedText)
            }
        }
        keep()
        return sawLine ? fields : nil
    }
}
