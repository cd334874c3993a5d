import Foundation

/// When each provider's feeds were last found to be what the file holds, in a small file beside it.
///
/// An import that brings nothing new leaves the advisory file, of gigabytes, as it is; that it looked is kept here.
struct FeedChecks {
    /// Larger ones are not ours.
    private static let maxBytes = 1 << 20

    /// RFC 3339 by provider.
    private(set) var times: [String: String]

    /// Reads what is known beside the advisory file at `path`; a damaged or missing file tells nothing.
    init(besideFile path: String) {
        let data = FileManager.default.contents(atPath: Self.place(path)).flatMap {
            $0.count <= Self.maxBytes ? $0 : nil
        }
        times = data.flatMap { try? JSONDecoder().decode([String: String].self, from: $0) } ?? [:]  // as said
    }

    /// Notes that the feeds of `providers` were looked at.
    ///
    /// The caller holds the lock of the advisory file. What cannot be written is lost: feeds then count as older than they are.
    static func note(_ providers: [String], at now: Date, besideFile path: String) {
        guard !providers.isEmpty else { return }
        var checks = FeedChecks(besideFile: path)
        for provider in providers { checks.times[provider] = now.ISO8601Format() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard let data = try? encoder.encode(checks.times) else { return }  // texts always encode
        try? data.write(to: URL(fileURLWithPath: place(path)), options: .atomic)  // as said
    }

    private static func place(_ path: String) -> String { "\(path).checked" }
}
