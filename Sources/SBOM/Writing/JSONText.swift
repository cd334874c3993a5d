import OnePassJSON

/// A JSON document (RFC 8259) that is written piece by piece, indented by two spaces.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    /// For each open object or array whether it is empty so far.
    private var open: [Bool] = []
    private var followsKey = false
    private let isCompact: Bool

    init(isCompact: Bool = false) { self.isCompact = isCompact }

    mutating func object(_ body: (inout JSONText) -> Void) { group("{", "}", body) }

    mutating func array(_ body: (inout JSONText) -> Void) { group("[", "]", body) }

    /// Starts a member; the next value is its value.
    mutating func key(_ name: String) {
        element()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        if !isCompact { bytes.append(UInt8(ascii: " ")) }
        followsKey = true
    }

    mutating func string(_ text: String) {
        element()
        quote(text)
    }

    /// A number or another literal.
    mutating func literal(_ text: String) {
        element()
        bytes.append(contentsOf: text.utf8)
    }

    /// A member that is a string; left out where there is none.
    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    /// A member that is an array; left out where it would be empty.
    mutating func members<Items: Collection>(
        _ name: String,
        _ items: Items,
        _ body: (inout JSONText, Items.Element) -> Void
    ) {
        guard !items.isEmpty else { return }
        key(name)
        array { text in
            for item in items { body(&text, item) }
        }
    }

    private mutating func group(_ start: Unicode.Scalar, _ end: Unicode.Scalar, _ body: (inout JSONText) -> Void) {
        element()
        bytes.append(UInt8(ascii: start))
        open.append(true)
        body(&self)
        if open.removeLast() == false { newLine() }
        bytes.append(UInt8(ascii: end))
    }

    private mutating func element() {
        if followsKey {
            followsKey = false
            return
        }
        guard let isFirst = open.last else { return }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        open[open.count - 1] = false
        newLine()
    }

    private mutating func newLine() {
        guard !isCompact else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * open.count))
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        JSONString.append(text, to: &bytes, controls: .letters)
        bytes.append(UInt8(ascii: "\""))
    }
}
