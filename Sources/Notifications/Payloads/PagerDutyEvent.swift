import AnchoreAPI
import Crypto
import ScanModel

/// An event for PagerDuty (Events API v2).
enum PagerDutyEvent {
    private static let maxSummary = 1024
    private static let maxKey = 255

    static func request(_ event: NotificationEvent, _ address: ChannelAddress) -> OutgoingRequest {
        let text = MessageText(event)
        var details = text.facts.map { JSONMember($0.name, .string($0.value)) }
        if !text.lines.isEmpty { details.append(JSONMember("Details", .strings(text.lines))) }
        // An image that passes again ends what was raised when it failed.
        let resolves = event.kind == .subscription(.policyEval) && event.level == .success && !event.isTest
        var members: [JSONMember] = [
            JSONMember("routing_key", .string(address.secret)),
            JSONMember("event_action", resolves ? "resolve" : "trigger"),
            JSONMember("dedup_key", .string(dedupKey(event))),
        ]
        if !resolves {
            members += [
                JSONMember(
                    "payload",
                    [
                        "summary": .string(text.title.cut(maxSummary)), "source": "tallyman",
                        "severity": .string(severity(event.level)), "timestamp": .string(event.time),
                        "component": .string(event.subject), "group": .string(event.account),
                        "class": .string(event.kind.name), "custom_details": .object(details),
                    ]
                ),
                JSONMember("client", "tallyman"),
            ]
        }
        return OutgoingRequest(address, path: "/v2/enqueue", .object(members))
    }

    /// Verdicts of one image under one tag are one incident; everything else is by itself, however often it is sent.
    private static func dedupKey(_ event: NotificationEvent) -> String {
        guard event.kind == .subscription(.policyEval), !event.isTest else { return event.key }
        let key = "tallyman/policy_eval/\(event.account)/\(event.subject)"
        return key.utf8.count <= maxKey ? key : Hex.encode(SHA256.hash(data: Array(key.utf8)))
    }

    private static func severity(_ level: NotificationEvent.Level) -> String {
        switch level {
        case .critical, .error, .warning, .info: level.rawValue
        case .success: "info"
        }
    }
}
