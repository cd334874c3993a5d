/// The names of SPDX elements (SPDX specification v2.3, 3.2 and 7.2).
enum SPDXName {
    static let document = "SPDXRef-DOCUMENT"

    /// `SPDXRef-kind-name-…`, in letters, digits, `.` and `-`; `ref` tells elements of one name apart.
    static func id(_ kind: String, _ name: String, _ ref: String) -> String {
        "SPDXRef-\(plain(kind))-\(plain(String(name.prefix(64))))-\(ContentIdentity.short(ref))"
    }

    private static func plain(_ text: String) -> String {
        let bytes = text.utf8.map { byte -> UInt8 in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain || byte == UInt8(ascii: ".") ? byte : UInt8(ascii: "-")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
