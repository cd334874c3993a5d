import AnchoreAPI
import ScanModel

/// An event for Datadog (Events API v1, `POST /api/v1/events`).
enum DatadogEvent {
    private static let maxTitle = 100
    private static let maxText = 4000
    private static let maxTag = 200

    static func request(_ event: NotificationEvent, _ address: ChannelAddress) -> OutgoingRequest {
        let text = MessageText(event)
        let type: JSONValue =
            switch event.level {
            case .critical, .error: "error"
            case .warning: "warning"
            case .info: "info"
            case .success: "success"
            }
        var tags = ["source:tallyman", "kind:\(event.kind.name)"]
        if !event.account.isEmpty { tags.append("account:\(event.account)".cut(maxTag)) }
        if !event.subject.isEmpty { tags.append("image:\(event.subject)".cut(maxTag)) }
        if let severity = event.severity { tags.append("severity:\(severity.rawValue)") }
        return OutgoingRequest(
            address,
            path: "/api/v1/events",
            headers: [("DD-API-KEY", address.secret ?? "")],
            [
                "title": .string(text.title.cut(maxTitle)), "text": .string(text.plain.cut(maxText)),
                "alert_type": type, "aggregation_key": .string(event.key), "date_happened": .int(event.createdAt),
                "priority": .string(event.level == .info || event.level == .success ? "low" : "normal"),
                "source_type_name": "tallyman", "tags": .strings(tags),
            ]
        )
    }
}
