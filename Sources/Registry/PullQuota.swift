import NIOHTTP1

/// What a registry allows in a span of time, and what is left of it.
package struct PullQuota: Sendable, Hashable {
    /// The longest header that is read, in bytes.
    static let maxBytes = 1024
    /// The longest span that is believed, in seconds: a week.
    static let maxSeconds = 7.0 * 86_400

    /// Pulls in the span; zero where it was not said.
    package var limit: Int
    package var remaining: Int
    /// The span, or the time until the count starts anew.
    package var window: Duration

    package init(limit: Int, remaining: Int, window: Duration) {
        self.limit = limit
        self.remaining = remaining
        self.window = window
    }

    /// Reads the headers of an answer; `nil` where they say nothing of a quota.
    ///
    /// Known are Docker Hub's form (`ratelimit-remaining: 76;w=21600`), that of the drafts of "RateLimit header fields for
    /// HTTP" up to 6 (`RateLimit-Remaining` and `RateLimit-Reset`) and after it (`RateLimit: "default";r=50;t=30`), and the
    /// same with `X-` before.
    init?(_ headers: HTTPHeaders, unixNow: Double) {
        func field(_ name: String) -> Field? {
            headers.first(name: name).flatMap { $0.utf8.count <= Self.maxBytes ? Field($0) : nil }
        }
        if let combined = field("ratelimit"), let remaining = combined["r"] ?? combined["remaining"] {
            let policy = field("ratelimit-policy")
            let span = combined["t"] ?? combined["reset"] ?? policy?["w"]
            self.init(remaining, limit: combined["limit"] ?? policy?["q"] ?? policy?.leading, seconds: span)
            return
        }
        for prefix in ["", "x-"] {
            guard let field = field("\(prefix)ratelimit-remaining"), let remaining = field.leading else { continue }
            let limit = headers.first(name: "\(prefix)ratelimit-limit").flatMap { Field($0) }
            var span = field["w"] ?? limit?["w"]
            if span == nil, let reset = headers.first(name: "\(prefix)ratelimit-reset").flatMap({ Field($0)?.leading })
            {
                // Some write the time of day at which the count starts anew, others how long that is away.
                span = reset > 1_000_000_000 ? reset - unixNow : reset
            }
            self.init(remaining, limit: limit?.leading, seconds: span)
            return
        }
        return nil
    }

    private init(_ remaining: Double, limit: Double?, seconds: Double?) {
        self.limit = Int(min(max(limit ?? 0, 0), 1e9))
        self.remaining = Int(min(max(remaining, 0), 1e9))
        window = .milliseconds(Int64(min(max(seconds ?? 60, 0), Self.maxSeconds) * 1000))
    }

    /// A header of numbers: `100;w=21600`, `limit=100, reset=5`, `"default";r=50`.
    private struct Field {
        var leading: Double?
        private var named: [String: Double] = [:]

        init?(_ text: String) {
            guard text.utf8.count <= PullQuota.maxBytes else { return nil }
            for part in text.split(whereSeparator: { $0 == ";" || $0 == "," }) {
                let halves = part.split(separator: "=", maxSplits: 1)
                let number = halves.last.flatMap { Double($0.filter { $0 != " " }) }.flatMap { $0.isFinite ? $0 : nil }
                if halves.count == 1 {
                    leading = leading ?? number
                } else if let name = halves.first?.filter({ $0 != " " }).lowercased(), named[name] == nil {
                    named[name] = number
                }
            }
        }

        subscript(_ name: String) -> Double? { named[name] }
    }
}
