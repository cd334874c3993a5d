import AnchoreAPI
import Foundation

/// A request that tells an endpoint something; always a POST of JSON.
package struct OutgoingRequest: Sendable {
    package var url: String
    /// In the order in which they are sent.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var verifiesTLS: Bool

    init(_ address: ChannelAddress, path: String = "", headers: [(String, String)] = [], _ body: JSONValue) {
        var base = address.url
        if !path.isEmpty { while base.hasSuffix("/") { base.removeLast() } }
        url = base + path
        self.headers = [("Content-Type", "application/json")] + headers
        self.body = body.bytes
        verifiesTLS = address.verifiesTLS
    }

    /// The header of Basic authentication (RFC 7617).
    static func basic(_ user: String, _ password: String) -> (String, String) {
        ("Authorization", "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())")
    }
}

extension ChannelAddress {
    /// The request that tells this endpoint of an event; `nil` for mail.
    ///
    /// `now` is in seconds since 1970. The same event with the same key is the same message to the endpoint, however often it is
    /// sent.
    package func request(for event: NotificationEvent, now: Int) -> OutgoingRequest? {
        let request: OutgoingRequest? =
            switch kind {
            case .anchore: AnchoreWebhook.request(event, self)
            case .webhook: SignedWebhook.request(event, self, now: now)
            case .slack: SlackMessage.request(event, self)
            case .teams: TeamsMessage.request(event, self)
            case .pagerduty: PagerDutyEvent.request(event, self)
            case .servicenow: ServiceNowIncident.request(event, self)
            case .splunk: SplunkEvent.request(event, self)
            case .datadog: DatadogEvent.request(event, self, now: now)
            case .email: nil
            }
        guard var request else { return nil }
        request.headers.append(("Idempotency-Key", event.key))
        return request
    }
}

extension String {
    /// The text cut to at most `limit` characters as vendors count them (units of UTF-16), with a sign that it was.
    ///
    /// What people see as one character may be of any number of them.
    func cut(_ limit: Int) -> String {
        guard utf16.count > limit else { return self }
        var kept = UnicodeScalarView()
        var length = 1
        for scalar in unicodeScalars {
            length += UTF16.width(scalar)
            guard length <= limit else { break }
            kept.append(scalar)
        }
        return "\(String(kept))…"
    }
}
