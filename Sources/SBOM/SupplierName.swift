/// Who supplies a package: a name and an address for mail, as databases of packages have them, `NAME <ADDRESS>`.
struct SupplierName: Hashable {
    var name: String
    var address: String?

    /// Reads `NAME <ADDRESS>`, `<ADDRESS>`, or a name alone.
    init(_ text: String) {
        name = text
        guard text.last == ">", let open = text.lastIndex(of: "<") else { return }
        let found = text[text.index(after: open)...].dropLast()
        guard Self.isAddress(found) else { return }
        let rest = text[..<open].reversed().drop(while: \.isWhitespace).reversed()
        address = String(found)
        name = rest.isEmpty ? String(found) : String(rest)
    }

    /// Reads `NAME (ADDRESS)`, as SPDX has it.
    init(spdx text: Substring) {
        name = String(text)
        guard text.last == ")", let open = text.lastIndex(of: "("), open > text.startIndex else { return }
        let found = text[text.index(after: open)...].dropLast()
        // A name without an address is followed by empty parentheses in some documents.
        guard Self.isAddress(found) || found.isEmpty else { return }
        name = String(text[..<open].reversed().drop(while: \.isWhitespace).reversed())
        address = found.isEmpty ? nil : String(found)
    }

    /// As databases of packages write it.
    var text: String { address.map { $0 == name ? "<\($0)>" : "\(name) <\($0)>" } ?? name }

    /// As SPDX has it (SPDX specification v2.3, 7.5); `nil` where no name is left that stands on one line.
    ///
    /// Parentheses in names would be read as an address.
    var spdx: String? {
        let plain = name.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "(": "["
            case ")": "]"
            default: scalar.endsLine ? " " : Character(scalar)
            }
        }
        guard plain.contains(where: { !$0.isWhitespace }) else { return nil }
        return "Organization: \(String(plain))" + (address.map { " (\($0))" } ?? "")
    }

    /// Printable ASCII around one at-sign.
    private static func isAddress(_ text: Substring) -> Bool {
        guard (3...254).contains(text.utf8.count), let at = text.utf8.firstIndex(of: UInt8(ascii: "@")),
            at > text.startIndex, text.utf8.index(after: at) < text.endIndex
        else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>,;:\"".utf8.contains($0) }
            && text.utf8.filter { $0 == UInt8(ascii: "@") }.count == 1
    }
}
