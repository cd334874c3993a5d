import ScanModel

/// The words that publishers rate with.
enum SeverityWord {
    /// The severity for a publisher's word in any case; `nil` for a word that rates nothing.
    static func severity(_ word: String?) -> Severity? {
        guard let word, word.utf8.count <= 32 else { return nil }
        switch word.lowercased().prefix(while: { $0 != "*" }) {
        case "critical": return .critical
        case "high", "important": return .high
        case "medium", "moderate": return .medium
        case "low": return .low
        case "negligible", "unimportant", "minor": return .negligible
        default: return nil
        }
    }
}

/// Module streams of RPM distributions.
enum RPMModule {
    /// The stream that a bulletin's summary names: `nodejs:18` in "Moderate: nodejs:18 security update"; `nil` where it
    /// names none or several.
    static func stream(inSummary summary: String) -> String? {
        let streams = streams(inSummary: summary)
        return streams.count == 1 ? streams.first : nil
    }

    /// All streams that a summary names: "virt:rhel and virt-devel:rhel" are two, and a package may be of either.
    static func streams(inSummary summary: String) -> [String] {
        var streams: [String] = []
        for word in summary.split(separator: " ") {
            let name = word.utf8.last == UInt8(ascii: ",") ? word.dropLast() : word
            let parts = name.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !streams.contains(String(name)) else { continue }
            streams.append(String(name))
        }
        return streams.count <= maxStreams ? streams : []
    }

    private static let maxStreams = 4
}
