import AnchoreAPI

/// A message for a Slack incoming webhook, in blocks (Block Kit).
enum SlackMessage {
    // Bounds of Block Kit, in characters.
    private static let maxHeader = 150
    private static let maxField = 400
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
                        [
                            "type": "mrkdwn",
                            "text": .string("*\(escaped(fact.name))*\n\(escaped(fact.value.cut(maxField)))"),
                        ]
                    }
                ),
            ],
        ]
        if !text.lines.isEmpty {
            blocks.append([
                "type": "section",
                "text": ["type": "mrkdwn", "text": .string(section(text.lines))],
            ])
        }
        blocks.append([
            "type": "context",
            "elements": [["type": "mrkdwn", "text": .string("tallyman · \(event.kind.name) · \(event.key)")]],
        ])
        return OutgoingRequest(address, ["text": .string(escaped(text.title)), "blocks": .array(blocks)])
    }

    /// As many whole lines as fit: cut in the middle, an escape would be broken.
    private static func section(_ lines: [String]) -> String {
        var text = ""
        for line in lines.map({ "• \(escaped($0))\n" }) where text.count + line.count <= maxSection { text += line }
        return text
    }

    /// The three characters that Slack's markup is made of; what else formats is harmless.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
