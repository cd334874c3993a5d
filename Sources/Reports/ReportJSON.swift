import Foundation

/// JSON with the same bytes for the same value: keys sorted, slashes as they are, numbers in shortest form.
package enum ReportJSON {
    /// How the document is laid out.
    package enum Layout: Sendable {
        case compact, pretty
    }

    /// Encodes a value as UTF-8 with a newline at the end; a score that is not a number becomes a string.
    package static func encode(_ value: some Encodable, layout: Layout = .pretty) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if layout == .pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        var bytes = [UInt8](try encoder.encode(value))
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
