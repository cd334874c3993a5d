import AnchoreAPI
import ScanModel

/// An event for Datadog (Events API v1, `POST /api/v1/events`).
enum DatadogEvent {
    private static let maxTitle = 100
    private static let maxText = 4000
    private static let maxTag = 200
    /// Datadog refuses events that are older than 18 hours; an hour is left for the way and for clocks.
    private static let maxAge = 17 * 3600

    static func request(_ event: NotificationEvent, _ address: ChannelAddress, now: Int) -> OutgoingRequest {
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
        var members: [JSONMember] = [
            JSONMember("title", .string(text.title.cut(maxTitle))),
            JSONMember("text", .string(text.plain.cut(maxText))), JSONMember("alert_type", type),
            JSONMember("aggregation_key", .string(event.key)),
            JSONMember("priority", .string(event.level == .info || event.level == .success ? "low" : "normal")),
            JSONMember("source_type_name", "tallyman"), JSONMember("tags", .strings(tags)),
        ]
        // What is late, as messages are tried for days, counts as of now there; the text says when it was.
        if now - event.createdAt <= maxAge { members.append(JSONMember("date_happened", .int(event.createdAt))) }
        return OutgoingRequest(
            address,
            path: "/api/v1/events",
            headers: [("DD-API-KEY", address.secret ?? "")],
            .object(members)
        )
    }
}
