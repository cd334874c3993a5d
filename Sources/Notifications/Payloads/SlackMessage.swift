import AnchoreAPI

/// A message for a Slack incoming webhook, in blocks (Block Kit).
enum SlackMessage {
    // Bounds of Block Kit, in characters.
    private static let maxHeader = 150
    /// Of 2000, as `&` becomes five.
    private static let maxField = 350
    /// Of 3000, with room for the line that says what is left out.
    private static let maxSection = 2900

    static func request(_ event: NotificationEvent, _ address: ChannelAddress) -> OutgoingRequest {
        let text = MessageText(event)
        var blocks: [JSONValue] = [
            [
                "type": "header",
                // Plain text is not read as markup.
                "text": ["type": "plain_text", "text": .string(text.title.cut(maxHeader)), "emoji": false],
            ],
            [
                "type": "section",
                "fields": .array(
                    text.facts.prefix(10).map { fact in
                        markup("*\(escaped(fact.name.cut(40)))*\n\(escaped(fact.value.cut(maxField)))")
                    }
                ),
            ],
        ]
        if !text.lines.isEmpty {
            let section = text.lines(within: maxSection, \.utf16.count) { "• \(escaped($0))\n" }
            blocks.append(["type": "section", "text": markup(section.joined())])
        }
        blocks.append([
            "type": "context", "elements": [markup("tallyman · \(event.kind.name) · \(event.key)")],
        ])
        return OutgoingRequest(address, ["text": .string(escaped(text.title)), "blocks": .array(blocks)])
    }

    /// Text in which names of people and channels, as packages may have them (`@here/x`), call nobody.
    private static func markup(_ text: String) -> JSONValue {
        ["type": "mrkdwn", "text": .string(text), "verbatim": true]
    }

    /// The three characters that Slack's markup is made of; what else formats is harmless.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
