/// A Conan reference: `name/version[@user/channel][#revision][:package][%time]` (Conan documentation, "References").
struct ConanReference {
    let name: String
    let version: String

    /// `nil` where there is no name or no version.
    init?(_ text: Substring) {
        let bare = text.prefix { !"%:#@".contains($0) }
        let parts = bare.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        name = parts[0].trimmingSpaces
        version = parts[1].trimmingSpaces
    }
}

extension Substring {
    /// The text without white space at both ends.
    var trimmingSpaces: String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
