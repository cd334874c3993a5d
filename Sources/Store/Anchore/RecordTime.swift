/// Times in records of the API, `YYYY-MM-DDTHH:MM:SSZ`.
enum RecordTime {
    private static let length = 20

    /// A `timestamptz` as the server writes it, `YYYY-MM-DD HH:MM:SS.ffffff+00`: what connections speak is UTC.
    ///
    /// A list has three times a row, and `to_char` takes longer over them than finding the row does.
    static func shown(_ text: String) -> String {
        let bytes = text.utf8
        let day = bytes.prefix(10)
        let time = bytes.dropFirst(11).prefix(8)
        guard time.count == 8, bytes.dropFirst(10).first == UInt8(ascii: " "), text.hasSuffix("+00") else {
            return text
        }
        return String(unsafeUninitializedCapacity: length) { buffer in
            var end = buffer.update(fromContentsOf: day)
            buffer[end] = UInt8(ascii: "T")
            end = buffer[(end + 1)...].update(fromContentsOf: time)
            buffer[end] = UInt8(ascii: "Z")
            return end + 1
        }
    }
}
