import Licenses
import Synchronization

/// Licences as packages declare them, as SPDX expressions where they are recognised.
enum RecognisedLicenses {
    /// Longer declarations are texts of licences and no names.
    private static let maxBytes = 4000
    /// Distributions have some thousand spellings; beyond that the memory is emptied and fills again.
    private static let maxKnown = 8192

    private struct Reading {
        /// The expression, or the declaration with single blanks; `nil` where it names nothing.
        var text: String?
        var isRecognised: Bool
    }

    /// What became of declarations before: the same few hundred come with every package.
    private static let known = Mutex<[String: Reading]>([:])

    /// The declarations, each as an expression where all of it is recognised and else as it stands; sorted, each once.
    static func normalized(_ declared: some Sequence<String>) -> [String] {
        Set(declared.compactMap { reading(of: $0)?.text }).sorted()
    }

    /// The expression that `declared` means, or `nil` where a part of it is not recognised.
    static func expression(_ declared: String) -> String? {
        guard let reading = reading(of: declared), reading.isRecognised else { return nil }
        return reading.text
    }

    private static func reading(of declared: String) -> Reading? {
        guard declared.utf8.count <= maxBytes else { return nil }
        if let known = known.withLock({ $0[declared] }) { return known }
        let words = declared.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let isSound = !words.isEmpty && words.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        let expression = isSound ? LicenseExpression.normalized(words)?.description : nil
        let found = Reading(text: expression ?? (isSound ? words : nil), isRecognised: expression != nil)
        known.withLock {
            if $0.count >= maxKnown { $0.removeAll(keepingCapacity: true) }
            $0[declared] = found
        }
        return found
    }
}
