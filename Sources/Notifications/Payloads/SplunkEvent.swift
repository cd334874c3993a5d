import AnchoreAPI
import ScanModel

/// An event for Splunk's HTTP event collector.
enum SplunkEvent {
    static func request(_ event: NotificationEvent, _ address: ChannelAddress) -> OutgoingRequest {
        var members: [JSONMember] = [
            JSONMember("time", .int(event.createdAt)), JSONMember("source", "tallyman"),
            JSONMember("sourcetype", "tallyman:notification"),
            JSONMember(
                "event",
                [
                    "id": .string(event.id), "key": .string(event.key), "type": .string(event.kind.name),
                    "account": .string(event.account), "subject": .string(event.subject),
                    "severity": .string(event.severity?.rawValue), "title": .string(MessageText(event).title),
                    "payload": event.payload,
                ]
            ),
        ]
        if let index = address.index { members.append(JSONMember("index", .string(index))) }
        return OutgoingRequest(
            address,
            path: "/services/collector/event",
            headers: [("Authorization", "Splunk \(address.secret ?? "")"), ("X-Splunk-Request-Channel", event.key)],
            .object(members)
        )
    }
}
