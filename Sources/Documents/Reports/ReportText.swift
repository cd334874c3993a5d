import Reports

/// Text out of images and advisories as it may stand in a report that others show.
enum ReportText {
    /// The most characters (Unicode scalars) of a name, a version or a path in a sentence.
    static let longestName = 256

    /// One line of at most `limit` scalars: controls and what reorders text become U+FFFD, what is cut ends in `…`.
    ///
    /// It counts scalars, because a single character can be as long as a hostile text likes.
    static func line(_ text: String, atMost limit: Int = longestName) -> String {
        var out = String.UnicodeScalarView()
        var left = limit
        for scalar in text.unicodeScalars {
            guard left > 0 else {
                out.removeLast()
                out.append("…")
                break
            }
            out.append(scalar)
            left -= 1
        }
        return DisplayWidth.printable(String(out))
    }

    /// A path inside an image as a relative URI reference (RFC 3986, 4.2), which no viewer resolves to anywhere else.
    ///
    /// Empty, `.` and `..` segments are left out, and everything but unreserved characters is percent-encoded: the colon of a
    /// nested archive would make a scheme of what stands before it.
    static func relativeURI(_ path: String) -> String {
        var out: [UInt8] = []
        for segment in path.utf8.split(separator: UInt8(ascii: "/")) {
            guard !segment.elementsEqual(".".utf8), !segment.elementsEqual("..".utf8) else { continue }
            guard out.count < longestURI else { break }
            if !out.isEmpty { out.append(UInt8(ascii: "/")) }
            for byte in segment.prefix(longestURI) {
                if isUnreserved(byte) {
                    out.append(byte)
                } else {
                    out.append(UInt8(ascii: "%"))
                    out.append(hexDigits[Int(byte >> 4)])
                    out.append(hexDigits[Int(byte & 15)])
                }
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// More bytes than a path in a layer may have (PATH_MAX).
    private static let longestURI = 4096
    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
