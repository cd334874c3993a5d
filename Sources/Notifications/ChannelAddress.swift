package import AnchoreAPI

/// What kinds of endpoints there are.
package enum ChannelKind: String, Sendable, CaseIterable {
    /// Anchore Engine's own webhook.
    case anchore
    /// A signed webhook (standardwebhooks.com).
    case webhook
    case slack, teams, pagerduty, servicenow, splunk, datadog, email
}

/// Where a channel's messages go, with everything that is secret about it; kept sealed.
package struct ChannelAddress: Sendable, Equatable {
    package var kind: ChannelKind
    /// An `http` or `https` address; for mail `smtps://HOST[:PORT]`, `smtp://…` (STARTTLS) or `smtp+plain://…`.
    package var url: String
    package var user: String?
    /// A password, token or key, whatever the kind has.
    package var secret: String?
    /// Of mail: who it is from, and who it is for.
    package var sender: String?
    package var recipients: [String] = []
    /// Of Splunk: the index.
    package var index: String?
    package var verifiesTLS = true

    package init(kind: ChannelKind, url: String) {
        self.kind = kind
        self.url = url
    }

    /// The address of a kind that is the same for everybody; `nil` where each has its own.
    package static func standardURL(_ kind: ChannelKind) -> String? {
        switch kind {
        case .pagerduty: "https://events.pagerduty.com"
        case .datadog: "https://api.datadoghq.com"
        default: nil
        }
    }

    /// What may be shown: no path, which is the secret of some kinds, no user and no query.
    package var shown: String {
        guard let scheme = url.firstRange(of: "://") else { return kind.rawValue }
        let rest = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = rest.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let place = "\(url[..<scheme.upperBound])\(host)"
        return recipients.isEmpty ? place : "\(recipients.joined(separator: ", ")) by \(place)"
    }

    /// The address as JSON, to be sealed.
    package var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "url": .string(url), "user": .string(user), "secret": .string(secret),
            "from": .string(sender), "to": .strings(recipients), "index": .string(index),
            "verify_tls": .bool(verifiesTLS),
        ]
    }

    /// Reads what ``json`` wrote; `nil` for anything else.
    package init?(_ json: JSONValue) {
        guard let kind = json["kind"]?.string.flatMap(ChannelKind.init), let url = json["url"]?.string else {
            return nil
        }
        self.init(kind: kind, url: url)
        user = json["user"]?.string
        secret = json["secret"]?.string
        sender = json["from"]?.string
        recipients = json["to"]?.array?.compactMap(\.string) ?? []
        index = json["index"]?.string
        verifiesTLS = json["verify_tls"]?.bool ?? true
    }
}

extension ChannelAddress {
    /// The longest address and secret that are taken, in bytes.
    private static let maxBytes = 4096

    /// What is missing or wrong, in words for whoever typed it; empty where the channel can be used.
    package var problems: [String] {
        var problems: [String] = []
        let schemes = kind == .email ? ["smtps://", "smtp://", "smtp+plain://"] : ["https://", "http://"]
        if !schemes.contains(where: { url.lowercased().hasPrefix($0) }) {
            problems.append("the address must begin with \(schemes.joined(separator: " or "))")
        }
        if url.utf8.count > Self.maxBytes || !url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            problems.append("the address must be visible ASCII, at most \(Self.maxBytes) bytes")
        }
        for (name, text) in [("user", user), ("secret", secret), ("index", index)] {
            guard let text else { continue }
            if text.isEmpty || text.utf8.count > Self.maxBytes || text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            {
                problems.append("the \(name) must be 1 to \(Self.maxBytes) bytes without control characters")
            }
        }
        if needsSecret, secret == nil { problems.append("\(kind.rawValue) needs a secret: \(secretMeaning)") }
        if kind == .servicenow, user == nil { problems.append("servicenow needs a user") }
        if kind == .email {
            if recipients.isEmpty || recipients.count > 50 { problems.append("email needs 1 to 50 recipients") }
            for address in [sender ?? ""] + recipients where !MailAddress.isUsable(address) {
                problems.append("'\(address.prefix(100))' is not a mail address")
            }
            if url.lowercased().hasPrefix("smtp+plain://"), secret != nil {
                problems.append("a password is not sent without TLS: use smtps:// or smtp://")
            }
            if (user == nil) != (secret == nil) { problems.append("a user and a password go together") }
        }
        return problems
    }

    private var needsSecret: Bool {
        switch kind {
        case .pagerduty, .servicenow, .splunk, .datadog: true
        case .anchore, .webhook, .slack, .teams, .email: false
        }
    }

    private var secretMeaning: String {
        switch kind {
        case .pagerduty: "the integration key of a service (Events API v2)"
        case .servicenow: "the user's password"
        case .splunk: "the token of an HTTP event collector"
        case .datadog: "an API key"
        default: "its password"
        }
    }
}

/// Addresses of mail, as narrow as can be: what is sent in a command and a header must not be able to end either.
enum MailAddress {
    /// Whether a text is `local@domain` in plain ASCII (the dot-atom of RFC 5321, section 4.1.2), at most 254 bytes.
    static func isUsable(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count) else { return false }
        let atoms = parts[0].utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains($0) }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return atoms && !parts[0].hasPrefix(".") && !parts[0].hasSuffix(".") && !parts[0].contains("..")
            && labels.allSatisfy { label in
                !label.isEmpty && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
