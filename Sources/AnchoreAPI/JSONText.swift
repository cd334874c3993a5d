import OnePassJSON

/// JSON text (RFC 8259) as it grows, for records of which one answer has a hundred thousand: between a record and its bytes
/// there is no value for each member.
///
/// Commas follow from what stands before; objects and arrays are closed by who opened them. It shares its strings, and no
/// more, with the writer of SBOM documents: that one indents, leaves out what is not there, and writes a document as a whole,
/// where these records say `null` and go out in parts.
package struct JSONText: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// The last byte that was handed out: whether a comma follows depends on it.
    private var previous = UInt8(ascii: "[")

    package init() {}

    /// Hands out what was written so far; what follows continues it.
    package mutating func take() -> [UInt8] {
        let part = bytes
        previous = part.last ?? previous
        bytes = []
        bytes.reserveCapacity(part.count)
        return part
    }

    /// Begins an array; with a name, as a member of an object.
    package mutating func openArray(_ name: StaticString? = nil) { open(UInt8(ascii: "["), name) }
    package mutating func closeArray() { bytes.append(UInt8(ascii: "]")) }
    /// Begins an object; with a name, as a member of another.
    package mutating func openObject(_ name: StaticString? = nil) { open(UInt8(ascii: "{"), name) }
    package mutating func closeObject() { bytes.append(UInt8(ascii: "}")) }

    /// A member that is a string, or null.
    package mutating func member(_ name: StaticString, _ value: String?) {
        begin(name)
        if let value { Self.append(quoted: value, to: &bytes) } else { append("null") }
    }

    /// A member that is a whole number, or null.
    package mutating func member(_ name: StaticString, _ value: Int?) {
        begin(name)
        if let value { bytes.append(contentsOf: String(value).utf8) } else { append("null") }
    }

    /// A member of any kind.
    package mutating func member(_ member: JSONMember) {
        separate()
        Self.append(quoted: member.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.append(to: &bytes)
    }

    /// A member of a name that is not ours; `write` adds its value.
    package mutating func member(named name: String, _ write: (inout JSONText) -> Void) {
        separate()
        Self.append(quoted: name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        write(&self)
    }

    /// A member whose value is JSON text already; only ever our own.
    package mutating func member(_ name: StaticString, json: some Collection<UInt8>) {
        begin(name)
        bytes.append(contentsOf: json)
    }

    /// A member that is the string of `pieces`, one after the other.
    package mutating func member(_ name: StaticString, joining pieces: String...) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        for piece in pieces { Self.append(escaped: piece, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// An element that is a string.
    package mutating func element(_ value: String) {
        separate()
        Self.append(quoted: value, to: &bytes)
    }

    /// An element that is JSON text already.
    package mutating func element(json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    private mutating func open(_ bracket: UInt8, _ name: StaticString?) {
        if let name { begin(name) } else { separate() }
        bytes.append(bracket)
    }

    /// Names of members are ours, and none needs an escape.
    private mutating func begin(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func separate() {
        switch bytes.last ?? previous {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Adds a string with its quotes.
    static func append(quoted text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        append(escaped: text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a string's content.
    ///
    /// With digits for control characters: digests of bundles that clients know are over this text.
    private static func append(escaped text: String, to bytes: inout [UInt8]) {
        JSONString.append(text, to: &bytes, controls: .digits)
    }
}
