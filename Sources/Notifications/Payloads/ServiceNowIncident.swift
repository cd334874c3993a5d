import AnchoreAPI

/// An incident for ServiceNow (Table API, `incident`).
enum ServiceNowIncident {
    private static let maxShort = 160
    private static let maxDescription = 4000

    static func request(_ event: NotificationEvent, _ address: ChannelAddress) -> OutgoingRequest {
        let text = MessageText(event)
        // 1 is high, 3 is low.
        let weight: JSONValue =
            switch event.level {
            case .critical: "1"
            case .error, .warning: "2"
            case .info, .success: "3"
            }
        return OutgoingRequest(
            address,
            path: "/api/now/table/incident",
            headers: [
                ("Accept", "application/json"), OutgoingRequest.basic(address.user ?? "", address.secret ?? ""),
            ],
            [
                "short_description": .string(text.title.cut(maxShort)),
                "description": .string(text.plain.cut(maxDescription)), "urgency": weight, "impact": weight,
                "category": "software", "correlation_id": .string(event.key), "correlation_display": "tallyman",
            ]
        )
    }
}
