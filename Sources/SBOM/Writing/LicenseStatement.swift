import Licenses

/// A declared licence in the forms of the two formats.
struct LicenseStatement: Hashable {
    enum Form: Hashable {
        /// One licence of the SPDX list.
        case identifier(String)
        case expression(String)
        /// Nothing that SPDX has a name for.
        case name
    }

    let declared: String
    let form: Form
    /// For SPDX documents; refers to ``extracted`` where the list does not suffice.
    let expression: LicenseExpression
    /// The licences that the document itself has to define, by their references.
    let extracted: [String: String]

    init(_ declared: String) {
        self.declared = declared
        let found = LicenseExpression.normalized(declared).flatMap { Self.refersElsewhere($0) ? nil : $0 }
        form = found.map { found in found.identifier.map(Form.identifier) ?? .expression("\(found)") } ?? .name
        // The operator `+` is sound, but the SPDX project's own tools know only the identifiers of the list.
        if let found, !found.licenses.contains(where: \.orLater) {
            expression = found
            let references = found.licenses.map(\.id).filter { $0.hasPrefix("LicenseRef-") }
            extracted = Dictionary(references.map { ($0, $0) }) { first, _ in first }
        } else {
            let reference = Self.reference(for: declared)
            expression = LicenseExpression.reference(reference)
            extracted = [reference: declared]
        }
    }

    /// What the document says in the end, without ``PropertyName/license``.
    var stated: String {
        switch form {
        case .identifier(let id): id
        case .expression(let text): text
        case .name: declared
        }
    }

    private static func refersElsewhere(_ expression: LicenseExpression) -> Bool {
        expression.licenses.contains { $0.id.hasPrefix("DocumentRef-") }
    }

    /// `LicenseRef-` with what can be kept of the text and a name that tells it from all others.
    private static func reference(for text: String) -> String {
        let kept = text.utf8.prefix(48).map { byte -> UInt8 in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain || byte == UInt8(ascii: ".") ? byte : UInt8(ascii: "-")
        }
        return "LicenseRef-\(String(decoding: kept, as: UTF8.self))-\(ContentIdentity.short(text).prefix(8))"
    }
}
