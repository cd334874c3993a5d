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

    /// Reads rules of one's own from YAML or JSON.
    ///
    /// They stand in the configuration of Anchore Engine's analyzer:
    ///
    /// ```yaml
    /// secret_search:
    ///   regexp_match: ["ACME_TOKEN=(?i).*acme_token *= *[a-z0-9]{32}.*"]
    /// ```
    ///
    /// or a list under `rules`, of which each has a `name` and a `pattern` that is searched for anywhere in a line.
    /// Anchore's `match_params` (the largest file that is searched) are passed over: here large files are searched, too.
    package static func read(_ bytes: [UInt8]) throws(SecretRulesError) -> [SecretRule] {
        let root: YAMLNode
        do { root = try YAMLReader.parse(bytes) } catch { throw SecretRulesError(reason: "\(error)") }
        guard root["secret_search"] != nil || root["rules"] != nil else {
            throw SecretRulesError(reason: "there is neither secret_search nor rules in it")
        }
        let expressions = root["secret_search"]?["regexp_match"]?.strings ?? []
        let own = root["rules"]?.elements ?? []
        guard expressions.count + own.count <= maxRules else {
            throw SecretRulesError(reason: "more than \(maxRules) rules")
        }
        var rules: [SecretRule] = []
        for (number, text) in expressions.enumerated() {
            do { rules.append(try named(text)) } catch {
                throw SecretRulesError(reason: "secret_search.regexp_match[\(number)]: \(error)")
            }
        }
        for (number, node) in own.enumerated() { rules.append(try rule(node, at: "rules[\(number)]")) }
        guard !rules.isEmpty else { throw SecretRulesError(reason: "there are no rules in it") }
        return rules
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
                title: "configured expression",
                pattern: try RegexPattern(".*?(?:\(text))")
            )
        } catch {
            throw SecretRulesError(reason: "\(place).pattern: \(error)")
        }
    }
}
