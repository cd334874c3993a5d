import Foundation

/// Reads files that list packages in JSON, with a bound on depth and without losing a file for one odd entry.
enum ListingJSON {
    /// Levels of nesting; npm's first format, the deepest, needs two for each level of `node_modules`.
    private static let maxDepth = 256

    /// Decodes `bytes`, in which comments and trailing commas may stand; states a problem where that fails.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ bytes: [UInt8],
        withComments: Bool = false,
        _ packages: inout PackageRecords
    ) -> Value? {
        let plain = withComments ? JSONWithComments.plain(bytes) : bytes
        guard !JSONNesting.isDeeper(than: maxDepth, plain) else {
            packages.addProblem("JSON of more than \(maxDepth) levels")
            return nil
        }
        do {
            return try JSONDecoder().decode(type, from: Data(plain))
        } catch {
            packages.addProblem("no valid JSON of the form that is expected")
            return nil
        }
    }
}

/// A value that reads as absent where it has another type.
struct Lenient<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) throws {
        value = try? decoder.singleValueContainer().decode(Value.self)  // another type counts as absent
    }
}

/// Licences as manifests give them: a string, an object with a type, or a list of either.
struct DeclaredLicenses: Decodable {
    private struct Item: Decodable {
        private struct Form: Decodable { var type: String? }

        let text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {  // the usual form
                self.text = text
            } else {
                text = (try? container.decode(Form.self))?.type  // the old form; anything else names no licence
            }
        }
    }

    let names: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let items = try? container.decode([Item].self) {  // a list
            names = items.compactMap(\.text)
        } else {
            names = [try container.decode(Item.self).text].compactMap(\.self)
        }
    }
}
