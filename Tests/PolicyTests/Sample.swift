import Policy
import Testing

/// Bundles as users write them, and images for them.
enum Sample {
    static let now = PolicyInstant("2026-11-26T12:00:00Z") ?? PolicyInstant(seconds: 0)

    /// A text as JSON has it.
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// `gate/trigger` with its parameters.
    static func rule(
        _ trigger: String,
        _ parameters: KeyValuePairs<String, String> = [:],
        action: String = "STOP",
        id: String = "rule-1"
    ) -> String {
        let parts = trigger.split(separator: "/").map(String.init)
        let list = parameters.map { #"{"name": \#(quoted($0.key)), "value": \#(quoted($0.value))}"# }
        return """
            {"id": "\(id)", "gate": "\(parts[0])", "trigger": "\(parts[1])", "action": "\(action)",
             "params": [\(list.joined(separator: ", "))]}
            """
    }

    static func item(_ gate: String, _ triggerID: String, expires: String? = nil, id: String = "item-1") -> String {
        let expiry = expires.map { #", "expires_on": "\#($0)""# } ?? ""
        return #"{"id": "\#(id)", "gate": "\#(gate)", "trigger_id": \#(quoted(triggerID))\#(expiry)}"#
    }

    static func selector(
        _ name: String,
        registry: String = "*",
        repository: String = "*",
        _ type: String = "tag",
        _ value: String = "*"
    ) -> String {
        """
        "name": "\(name)", "registry": \(quoted(registry)), "repository": \(quoted(repository)),
        "image": {"type": "\(type)", "value": \(quoted(value))}
        """
    }

    /// A bundle with one policy for every image.
    static func bundle(
        _ rules: [String],
        whitelist items: [String] = [],
        mappings: [String]? = nil,
        allowed: [String] = [],
        denied: [String] = []
    ) -> String {
        let standard = #"{\#(selector("all")), "policy_ids": ["policy-1"], "whitelist_ids": ["list-1"]}"#
        return """
            {"id": "bundle-1", "version": "1_0", "name": "Sample",
             "policies": [{"id": "policy-1", "version": "1_0", "name": "P", "rules": [\(rules.joined(separator: ",\n"))]}],
             "whitelists": [{"id": "list-1", "version": "1_0", "name": "L", "items": [\(items.joined(separator: ",\n"))]}],
             "mappings": [\((mappings ?? [standard]).joined(separator: ",\n"))],
             "whitelisted_images": [\(allowed.map { "{\($0)}" }.joined(separator: ", "))],
             "blacklisted_images": [\(denied.map { "{\($0)}" }.joined(separator: ", "))]}
            """
    }

    /// The bundle of a document that has no errors.
    static func read(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> PolicyBundle {
        let reading = PolicyBundle.read(Array(text.utf8))
        #expect(reading.errors.isEmpty, "\(reading.errors)", sourceLocation: sourceLocation)
        return try #require(reading.bundle, sourceLocation: sourceLocation)
    }

    /// What one rule says of an image.
    static func evaluate(
        _ trigger: String,
        _ parameters: KeyValuePairs<String, String> = [:],
        in image: ImageFacts = Sample.image,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> PolicyEvaluation {
        try read(bundle([rule(trigger, parameters)]), sourceLocation: sourceLocation)
            .evaluate(image, as: ImageName("app:1"), now: now)
    }

    /// The messages of one rule, for which there may be no problems.
    static func messages(
        _ trigger: String,
        _ parameters: KeyValuePairs<String, String> = [:],
        in image: ImageFacts = Sample.image,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        let evaluation = try evaluate(trigger, parameters, in: image, sourceLocation: sourceLocation)
        #expect(evaluation.problems.isEmpty, "\(evaluation.problems)", sourceLocation: sourceLocation)
        #expect(evaluation.passes == evaluation.findings.isEmpty, sourceLocation: sourceLocation)
        return evaluation.findings.map(\.message)
    }
}
