/// A value in PHP's serialisation (PHP manual, serialize): `s:3:"abc";`, `i:1;`, `a:1:{key value}`.
///
/// Read without recursion: the arrays that are open stand in a list.
struct PHPSerialization {
    /// Elements of all arrays together.
    private static let maxElements = 100_000
    /// Arrays inside each other.
    private static let maxDepth = 64
    /// Longer keys are none that anybody asks for: those of an inner array would each be kept with the one around them.
    private static let maxKeyBytes = 64

    /// The texts of the outer array by their key, and those of arrays in it by both keys with `/` between.
    private(set) var texts: [String: String] = [:]
    /// The texts of arrays in an array of the outer one under the key `installedas`.
    private(set) var installed: [String] = []

    private struct OpenArray {
        var left: Int
        /// `nil` where nothing that is wanted can stand below.
        let path: String?
    }

    private let bytes: [UInt8]
    private var position = 0

    /// `nil` where the bytes are not one serialised array, or one beyond the bounds.
    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard read() else { return nil }
    }

    private mutating func read() -> Bool {
        guard take("a:"), let count = length(), take("{") else { return false }
        var open = [OpenArray(left: count, path: "")]
        var elements = 0
        while var array = open.popLast() {
            guard array.left > 0 else {
                guard take("}") else { return false }
                continue
            }
            elements += 1
            guard elements <= Self.maxElements, let key = readScalar() else { return false }
            array.left -= 1
            let path = key.utf8.count > Self.maxKeyBytes ? nil : array.path.map { $0.isEmpty ? key : $0 + "/" + key }
            open.append(array)
            if take("a:") {
                guard let count = length(), take("{"), open.count < Self.maxDepth else { return false }
                open.append(OpenArray(left: count, path: open.count == 1 ? path : nil))
            } else {
                guard let text = readScalar() else { return false }
                if let path, texts[path] == nil { texts[path] = text }
                if open.count == 3, key == "installedas" { installed.append(text) }
            }
        }
        return true
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard count <= bytes.count - position else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        position += count
        return true
    }

    /// A count and the colon after it.
    private mutating func length() -> Int? {
        var value = 0
        let start = position
        while position < bytes.count, bytes[position] >= 48, bytes[position] <= 57 {
            guard position - start < 9 else { return nil }
            value = value * 10 + Int(bytes[position] - 48)
            position += 1
        }
        guard position > start, take(":") else { return nil }
        return value
    }

    /// A string, or a number, truth or null as it is written.
    private mutating func readScalar() -> String? {
        if take("s:") {
            guard let count = length(), take("\""), count <= bytes.count - position else { return nil }
            let text = String(decoding: bytes[position..<position + count], as: UTF8.self)
            position += count
            return take("\";") ? text : nil
        }
        if take("N;") { return "" }
        guard take("i:") || take("b:") || take("d:"),
            let end = bytes[position...].prefix(64).firstIndex(of: UInt8(ascii: ";"))
        else { return nil }
        let text = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end + 1
        return text
    }
}
