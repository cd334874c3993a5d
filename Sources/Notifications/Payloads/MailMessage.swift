import Foundation

/// A mail as it goes over the wire (RFC 5322, with MIME), in plain text.
package struct MailMessage: Sendable {
    package let sender: String
    package let recipients: [String]
    /// Head and body in lines that end in CR LF; no line begins with a dot.
    package let bytes: [UInt8]

    /// `nil` where the address is not one for mail.
    package init?(_ event: NotificationEvent, _ address: ChannelAddress, now: Int) {
        guard address.kind == .email, let sender = address.sender, MailAddress.isUsable(sender),
            !address.recipients.isEmpty, address.recipients.allSatisfy(MailAddress.isUsable)
        else { return nil }
        self.sender = sender
        recipients = address.recipients
        let text = MessageText(event)
        let domain = sender.split(separator: "@").last.map(String.init) ?? "localhost"
        var lines = [
            "From: tallyman <\(sender)>", "To: \(address.recipients.joined(separator: ",\r\n "))",
            "Subject: \(Self.encoded("[tallyman] \(text.title)"))", "Date: \(Self.date(now))",
            // The same at every attempt, so that a second copy is known for one.
            "Message-ID: <\(event.key)@\(domain)>", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
        ]
        // Base64 has neither long lines nor dots, and carries any text.
        lines += Self.wrapped(Data(text.plain.replacing("\n", with: "\r\n").utf8).base64EncodedString())
        bytes = Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    /// Bytes of an encoded word, so that a line with `Subject: ` has no more than 76.
    private static let maxWord = 39

    /// A header's text as encoded words (RFC 2047), each of whole characters.
    static func encoded(_ text: String) -> String {
        var words: [String] = []
        var part = ""
        for scalar in MessageText.clean(text).unicodeScalars {
            if part.utf8.count + UTF8.width(scalar) > maxWord {
                words.append(part)
                part = ""
            }
            part.unicodeScalars.append(scalar)
        }
        words.append(part)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var rest = Substring(text)
        while !rest.isEmpty {
            lines.append(String(rest.prefix(76)))
            rest = rest.dropFirst(76)
        }
        return lines
    }

    /// `Thu, 26 Nov 2026 04:42:24 +0000`.
    private static func date(_ seconds: Int) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
    }
}
