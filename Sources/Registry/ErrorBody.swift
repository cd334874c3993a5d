import Foundation

/// The body of a registry's failure (distribution-spec v1.1, "Error Codes").
enum ErrorBody {
    /// The most of such a body that is read, in bytes.
    static let maxBytes = 16 << 10

    /// The first error's code and message in one short line; empty where the body has neither.
    static func summary(_ bytes: [UInt8]) -> String {
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(bytes)),  // an explanation is optional
            let first = body.errors?.first
        else { return "" }
        return [first.code, first.message].compactMap { $0 }.map { PlainText.line($0) }.joined(separator: ": ")
    }

    private struct Body: Decodable {
        var errors: [Entry]?
    }

    private struct Entry: Decodable {
        var code: String?
        var message: String?
    }
}
