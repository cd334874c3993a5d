import ArgumentParser
import Foundation
import LinearRegex
import ScanModel
import SecretSearch

/// The options that add to the rules by which secrets are found.
struct SecretRuleOptions: ParsableArguments {
    private static let maxBytes = 16 << 20

    @Option(
        help: ArgumentHelp(
            "Search for secrets with this expression, too, on lines from their start; may be repeated.",
            valueName: "name=regex"
        )
    )
    var secretSearch: [String] = []

    @Option(
        help: ArgumentHelp(
            "Search for secrets with the rules of this file, too: YAML or JSON, or Anchore's analyzer_config.yaml.",
            valueName: "file"
        )
    )
    var secretRules: String?

    var isEmpty: Bool { secretSearch.isEmpty && secretRules == nil }

    /// The expressions of both; throws where the file cannot be read or holds no rules.
    func patterns() throws -> [NamedPattern] {
        secretSearch.map { NamedPattern($0) } + (try secretRules.map { try Self.rules($0) } ?? [])
    }

    /// The rules of a file.
    private static func rules(_ path: String) throws -> [NamedPattern] {
        let bytes = try UserFile.read(path, most: maxBytes)
        do {
            return try SecretRules.read(bytes).map { NamedPattern(name: $0.name, pattern: $0.pattern.text) }
        } catch {
            throw InputError("\(path): \(error)")
        }
    }
}
