import AnchoreAPI

/// An Adaptive Card for a webhook of Microsoft Teams (a workflow that posts what it receives).
enum TeamsMessage {
    /// Bytes of all lines; a message may have 28 KB.
    private static let maxLines = 15_000

    static func request(_ event: NotificationEvent, _ address: ChannelAddress) -> OutgoingRequest {
        let text = MessageText(event)
        var body: [JSONValue] = [
            [
                "type": "TextBlock", "size": "Medium", "weight": "Bolder", "wrap": true,
                "text": .string(escaped(text.title)),
            ],
            [
                "type": "FactSet",
                "facts": .array(
                    text.facts.map { ["title": .string($0.name), "value": .string(escaped($0.value))] }
                ),
            ],
        ]
        let lines = text.lines(within: maxLines, { JSONValue.string($0).bytes.count + 50 }, escaped)
        body += lines.map { ["type": "TextBlock", "wrap": true, "text": .string($0)] }
        return OutgoingRequest(
            address,
            [
                "type": "message",
                "attachments": [
                    [
                        "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil,
                        "content": [
                            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard",
                            "version": "1.4", "body": .array(body),
                        ],
                    ]
                ],
            ]
        )
    }

    /// Text blocks are read as a little Markdown: links and emphasis.
    private static func escaped(_ text: String) -> String {
        text.map { #"\`*_[]()#!<>"#.contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }
}
