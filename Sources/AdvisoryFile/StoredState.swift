import Advisories
import Foundation

/// What an import remembers of its files and results, as JSON in a column.
enum StoredState {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// `nil` where the text is of another version; the files are then read anew.
    static func summary(_ text: String) -> ProviderImport? {
        try? JSONDecoder().decode(ProviderImport.self, from: Data(text.utf8))  // As said.
    }

    /// `nil` where the text is of another version; the file is then read anew.
    static func receipt(_ text: String) -> FeedReceipt? {
        try? JSONDecoder().decode(FeedReceipt.self, from: Data(text.utf8))  // As said.
    }
}
