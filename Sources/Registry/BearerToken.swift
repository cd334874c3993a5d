import Foundation

/// A token of a registry's token server (distribution's token specification; OAuth2 for the refresh token).
struct BearerToken: Sendable {
    /// The largest answer of a token server that is read, in bytes.
    static let maxBytes = 256 << 10
    /// The lifetime of a token that names none, in seconds.
    static let defaultSeconds = 60.0
    /// The longest lifetime that is believed, in seconds.
    static let maxSeconds = 86_400.0

    let value: String
    /// When to stop using it: a quarter of its life, ten seconds at most, before it ends.
    let usableUntil: ContinuousClock.Instant

    /// Reads the answer of a token server; `nil` where it holds no token fit for a header.
    init?(json: [UInt8], receivedAt now: ContinuousClock.Instant) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)),  // `nil` says it all
            let value = [answer.token, answer.accessToken].compactMap({ $0 }).first(where: { !$0.isEmpty }),
            value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        self.value = value
        let seconds = min(max(answer.expiresIn ?? Self.defaultSeconds, 0), Self.maxSeconds)
        usableUntil = now + .milliseconds(Int64((seconds - min(10, seconds / 4)) * 1000))
    }

    private struct Answer: Decodable {
        var token: String?
        var accessToken: String?
        var expiresIn: Double?

        enum CodingKeys: String, CodingKey {
            case token
            case accessToken = "access_token"
            case expiresIn = "expires_in"
        }

        /// A field of a wrong type counts as missing: servers differ in how they write the lifetime.
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            token = try? container.decode(String.self, forKey: .token)  // see above
            accessToken = try? container.decode(String.self, forKey: .accessToken)  // see above
            expiresIn = try? container.decode(Double.self, forKey: .expiresIn)  // see above
            if let seconds = expiresIn, !seconds.isFinite { expiresIn = nil }
        }
    }
}
