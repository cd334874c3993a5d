/// Text from outside, made fit for one line of a message.
package enum PlainText {
    /// Printable ASCII and other letters, at most `limit` characters; control characters become spaces.
    package static func line(_ text: some StringProtocol, limit: Int = 200) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            let hidden = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            result.unicodeScalars.append(hidden ? " " : scalar)
        }
        return result
    }
}
