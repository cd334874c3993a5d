import LinearRegex
import YAML

/// Why a file of rules cannot be used.
package struct SecretRulesError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }
}

extension SecretRules {
    /// Rules of one file.
    private static let maxRules = 1000

    /// Reads rules from YAML or JSON, either the configuration of Anchore Engine's analyzer:
    ///
    /// ```yaml
    /// secret_search:
    ///   match_params: [MAXFILESIZE=10000]
    ///   regexp_match: ["ACME_TOKEN=(?i).*acme_token *= *[a-z0-9]{32}.*"]
    /// ```
    ///
    /// or a list under `rules`, of which each has a `name`, a `pattern` that is searched for anywhere in a line, and
    /// perhaps a `title`. With `standard: true` they come beside the standard rules, not in their place.
    package static func read(_ bytes: [UInt8]) throws(SecretRulesError) -> SecretRules {
        let root: YAMLNode
        do { root = try YAMLReader.parse(bytes) } catch { throw SecretRulesError(reason: "\(error)") }
        let search = root["secret_search"]
        var rules: [SecretRule] = []
        if let text = root["standard"]?.string {
            guard ["true", "false"].contains(text) else { throw SecretRulesError(reason: "standard is true or false") }
            if text == "true" { rules += standard.rules }
        }
        let expressions = search?["regexp_match"]?.strings ?? []
        let own = root["rules"]?.elements ?? []
        guard expressions.count + own.count <= maxRules else {
            throw SecretRulesError(reason: "more than \(maxRules) rules")
        }
        guard search != nil || root["rules"] != nil else {
            throw SecretRulesError(reason: "there is neither secret_search nor rules in it")
        }
        for (number, text) in expressions.enumerated() {
            do { rules.append(try named(text)) } catch {
                throw SecretRulesError(reason: "secret_search.regexp_match[\(number)]: \(error)")
            }
        }
        for (number, node) in own.enumerated() { rules.append(try rule(node, at: "rules[\(number)]")) }
        guard !rules.isEmpty else { throw SecretRulesError(reason: "there are no rules in it") }
        return SecretRules(rules, maxFileBytes: try maxFileBytes(search) ?? defaultFileBytes)
    }

    private static func rule(_ node: YAMLNode, at place: String) throws(SecretRulesError) -> SecretRule {
        guard let name = node["name"]?.string, !name.isEmpty else {
            throw SecretRulesError(reason: "\(place) has no name")
        }
        guard let text = node["pattern"]?.string, !text.isEmpty else {
            throw SecretRulesError(reason: "\(place) has no pattern")
        }
        do {
            return SecretRule(
                name: name,
                title: node["title"]?.string ?? "configured expression",
                pattern: try RegexPattern(".*?(?:\(text))")
            )
        } catch {
            throw SecretRulesError(reason: "\(place).pattern: \(error)")
        }
    }

    /// `MAXFILESIZE=10000` among the parameters.
    private static func maxFileBytes(_ search: YAMLNode?) throws(SecretRulesError) -> Int64? {
        for parameter in search?["match_params"]?.strings ?? [] {
            guard parameter.hasPrefix("MAXFILESIZE=") else { continue }
            guard let bytes = Int64(parameter.dropFirst("MAXFILESIZE=".count)), bytes > 0 else {
                throw SecretRulesError(reason: "secret_search.match_params: \(parameter) is no size")
            }
            return bytes
        }
        return nil
    }
}
