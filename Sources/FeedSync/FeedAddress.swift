import Foundation

/// An address on the web and the way from one to the next.
struct FeedAddress: Sendable, Hashable, CustomStringConvertible {
    let url: URL

    /// Throws where `text` is no http or https address with a host, and where it holds a login.
    init(_ text: String) throws {
        guard let url = URL(string: text), let made = FeedAddress(url) else {
            // Addresses stand in messages, reports and what is kept; a password must not.
            let shown = text.lastIndex(of: "@").map { "…\(text[$0...])" } ?? text
            let cause = shown == text ? "not an http or https address" : "no user and no password are sent to a mirror"
            throw FeedSyncError(.usage, "\(shown): \(cause)")
        }
        self = made
    }

    private init?(_ url: URL) {
        guard ["http", "https"].contains(url.scheme?.lowercased() ?? ""), url.host?.isEmpty == false, url.user == nil,
            url.password == nil
        else { return nil }
        self.url = url
    }

    var description: String { url.absoluteString }

    /// The same with a slash at its end, so that what is relative to it is inside.
    var folder: FeedAddress {
        let text = url.absoluteString
        return text.hasSuffix("/") ? self : (try? FeedAddress(text + "/")) ?? self  // It was an address before.
    }

    /// What `reference` on a document of this address points to; `nil` where that is no address on the web.
    func following(_ reference: String) -> FeedAddress? {
        URL(string: reference, relativeTo: url).flatMap { FeedAddress($0.absoluteURL) }
    }

    /// Where a redirect leads; `nil` where it leaves TLS or the web.
    func redirect(to location: String) -> FeedAddress? {
        guard let next = following(location) else { return nil }
        return url.scheme?.lowercased() == "https" && next.url.scheme?.lowercased() != "https" ? nil : next
    }

    /// The path of `other` below this folder, undone of percent signs; `nil` where it is not below.
    func path(to other: FeedAddress) -> [String]? {
        guard url.scheme?.lowercased() == other.url.scheme?.lowercased(), url.host == other.url.host,
            url.port == other.url.port, other.url.query == nil, other.url.fragment == nil
        else { return nil }
        let base = url.path(percentEncoded: true)
        let path = other.url.path(percentEncoded: true)
        guard base.hasSuffix("/"), path.hasPrefix(base) else { return nil }
        return path.dropFirst(base.count).split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    }
}

/// Names of files that come from elsewhere.
enum SafeName {
    /// Whether `name` can stand for a file of ours: neither hidden nor a path, and printable.
    static func isSafe(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".") && !name.contains("/")
            && name.unicodeScalars.allSatisfy { $0.value > 0x1F && $0.value != 0x7F }
    }
}
