import Policy
import Testing

@Suite("Validation of bundles")
struct ValidationTests {
    private func problems(_ text: String) -> [BundleProblem] { PolicyBundle.read(Array(text.utf8)).problems }

    @Test("Everything that is wrong is told at once, each with its place, cause and remedy")
    func everything() {
        let text = """
            {"id": "b", "version": "2_0", "policies": [
              {"id": "p", "version": "1_0", "rules": [
                {"gate": "nowhere", "trigger": "x", "action": "STOP", "params": []},
                {"gate": "files", "trigger": "x", "action": "STOP", "params": []},
                {"gate": "files", "trigger": "name_match", "action": "HALT", "params": []},
                {"gate": "files", "trigger": "name_match", "action": "STOP", "params": [
                  {"name": "regex", "value": "*.pem"}, {"name": "colour", "value": "red"}]},
                {"gate": "metadata", "trigger": "attribute", "action": "STOP", "params": [
                  {"name": "attribute", "value": "size"}, {"name": "check", "value": ">"},
                  {"name": "value", "value": "big"}]},
                {"gate": "vulnerabilities", "trigger": "package", "action": "STOP", "params": [
                  {"name": "package_type", "value": "ALL"}, {"name": "max_days_since_fix", "value": "-1"},
                  {"name": "cvss_v3_base_score", "value": "x"}, {"name": "fix_available", "value": "yes"}]},
                {"gate": "filecheck", "trigger": "filenamematch", "action": "STOP", "params": []},
                {"gate": "always", "action": 3}
              ]},
              {"id": "p", "version": "1_0", "rules": []}],
             "whitelists": [{"id": "w", "items": [{"gate": "always", "trigger_id": "x", "expires_on": "tomorrow"},
                {"gate": "always", "trigger_id": "regexp:("}]}],
             "mappings": [
               {"name": "m", "registry": "*", "repository": "*", "image": {"type": "tag", "value": "*"},
                "policy_ids": ["p", "q"], "whitelist_ids": ["w", "v"]},
               {"name": "m", "registry": "regexp:[", "repository": "*", "image": {"type": "name", "value": "*"},
                "policy_id": "p", "policy_ids": ["p"]}],
             "blacklisted_images": [{"registry": "*"}]}
            """
        let found = problems(text)
        func has(_ kind: BundleProblem.Kind, _ path: String, _ part: String) {
            let isTold = found.contains { $0.kind == kind && $0.path == path && $0.cause.contains(part) }
            #expect(isTold, "\(kind) at \(path) with \(part)")
        }
        let rules = "policies[0].rules"
        has(.unsupportedVersion, "version", "2_0")
        has(.gateNotFound, "\(rules)[0].gate", "no gate nowhere")
        has(.triggerNotFound, "\(rules)[1].trigger", "no trigger x")
        has(.invalidAction, "\(rules)[2].action", "HALT")
        has(.requiredParameter, "\(rules)[2].params", "regex")
        has(.invalidPattern, "\(rules)[3].params[0].value", "nothing to repeat")
        has(.invalidParameter, "\(rules)[3].params[1].name", "colour")
        has(.invalidValue, "\(rules)[4].params[2].value", "no number of bytes")
        has(.invalidValue, "\(rules)[5].params[0].value", "not one of all, os, non-os")
        has(.invalidValue, "\(rules)[5].params[1].value", "no whole number")
        has(.invalidValue, "\(rules)[5].params[2].value", "no decimal number")
        has(.invalidValue, "\(rules)[5].params[3].value", "neither true nor false")
        has(.endOfLife, "\(rules)[6].gate", "filecheck")
        has(.schema, "\(rules)[7]", "'trigger' is a required property")
        has(.schema, "\(rules)[7]", "'params' is a required property")
        has(.schema, "\(rules)[7].action", "a text is expected")
        has(.duplicate, "policies[1].id", "p")
        has(.schema, "whitelists[0]", "'version' is a required property")
        has(.validation, "whitelists[0].items[0].expires_on", "tomorrow")
        has(.invalidPattern, "whitelists[0].items[1].trigger_id", "closing bracket")
        has(.referenceNotFound, "mappings[0].policy_ids", "q")
        has(.referenceNotFound, "mappings[0].whitelist_ids", "v")
        has(.invalidPattern, "mappings[1].registry", "set without")
        has(.schema, "mappings[1].image.type", "name is not one of tag, digest, id")
        has(.validation, "mappings[1]", "both policy_id and policy_ids")
        has(.schema, "mappings[1]", "'whitelist_ids' is a required property")
        has(.schema, "blacklisted_images[0]", "'repository' is a required property")
        #expect(found.allSatisfy { $0.severity == .error && !$0.remedy.isEmpty }, "\(found)")
        #expect(found.filter { $0.kind == .schema }.contains { $0.missingMember == "whitelist_ids" })
    }

    @Test(
        "What a mapping names that is wrong itself is told of with it",
        arguments: [
            (#""registry": "regexp:[", "policy_id": "p""#, "mappings[0].registry"),
            (#""policy_id": "p""#, "mappings[0]"),
            (#""registry": "*", "policy_id": "p", "policy_ids": ["q"]"#, "mappings[0]"),
        ]
    )
    func wrongMapping(members: String, path: String) {
        let text = """
            {"id": "b", "version": "1_0", "policies": [
               {"id": "p", "version": "1_0", "rules": [
                 {"gate": "nowhere", "trigger": "x", "action": "STOP", "params": []}]}],
             "whitelists": [{"id": "w", "version": "1_0", "items": [
               {"gate": "always", "trigger_id": "x", "expires_on": "tomorrow"}]}],
             "mappings": [{"name": "m", "repository": "*", "image": {"type": "tag", "value": "*"},
               "whitelist_ids": ["w", "none"], \(members)}]}
            """
        let errors = PolicyBundle.read(Array(text.utf8)).errors.map(\.path)
        let expected = [
            path, "policies[0].rules[0].gate", "whitelists[0].items[0].expires_on", "mappings[0].whitelist_ids",
        ]
        #expect(expected.allSatisfy { errors.contains($0) }, "\(errors)")
    }

    @Test("Of policy_id and policy_ids, one that is empty counts as left out")
    func emptyPolicyIDs() {
        func errors(_ members: String) -> [String] {
            let text = """
                {"id": "b", "version": "1_0", "policies": [{"id": "p", "version": "1_0", "rules": []}],
                 "mappings": [{\(Sample.selector("m")), \(members), "whitelist_ids": []}]}
                """
            return PolicyBundle.read(Array(text.utf8)).errors.map(\.path)
        }
        #expect(errors(#""policy_id": "p", "policy_ids": []"#).isEmpty)
        #expect(errors(#""policy_id": "", "policy_ids": ["p"]"#).isEmpty)
        #expect(errors(#""policy_id": "", "policy_ids": []"#) == ["mappings[0].policy_ids"])
        #expect(errors(#""policy_id": "p", "policy_ids": ["p"]"#) == ["mappings[0]"])
    }

    @Test("What no mapping names may hold anything, and is warned of")
    func unreachable() throws {
        let text = """
            {"id": "b", "version": "1_0", "policies": [
               {"id": "p", "version": "1_0", "rules": []},
               {"id": "unused", "version": "1_0", "rules": [\(Sample.rule("nowhere/x"))]}],
             "mappings": [{\(Sample.selector("m")), "policy_id": "p", "whitelist_ids": []}]}
            """
        let reading = PolicyBundle.read(Array(text.utf8))
        #expect(reading.errors.isEmpty)
        #expect(reading.problems.map(\.path) == ["policies[1].rules[0].gate"])
    }

    @Test("What no mapping names may lack what makes it whole, or be of another version; an empty policy_id is none")
    func unreachableParts() {
        let text = """
            {"id": "b", "version": "1_0", "policies": [
               {"id": "p", "version": "1_0", "rules": []}, {"id": "bare"},
               {"id": "old", "version": "0_9", "rules": [{"gate": "always", "trigger": "always", "action": "GO"}]}],
             "whitelists": [{"id": "w"}, {"id": "old", "version": "2_0"}],
             "mappings": [{\(Sample.selector("m")), "policy_id": "", "policy_ids": ["p"], "whitelist_ids": []}]}
            """
        let reading = PolicyBundle.read(Array(text.utf8))
        #expect(reading.errors.isEmpty)
        #expect(reading.problems.map(\.path) == ["policies[2].version", "whitelists[1].version"])
    }

    @Test(
        "Values of parameters are those that Anchore Engine takes",
        arguments: [
            (
                "vulnerabilities/stale_feed_data", "max_days_since_sync", [" 2 ", "007"],
                ["", "2.5", "-2", "99999999999999999999"]
            ),
            ("dockerfile/exposed_ports", "ports", ["22", "1, 2 ,3"], ["", "a", "1,,2", "1;2"]),
            ("licenses/blacklist_exact_match", "licenses", ["a", "a b, c"], ["", "a,,b", ","]),
        ]
    )
    func values(trigger: String, parameter: String, good: [String], bad: [String]) {
        for (values, isGood) in [(good, true), (bad, false)] {
            for value in values {
                let found = problems(Sample.bundle([Sample.rule(trigger, [parameter: value, "type": "blacklist"])]))
                    .filter { $0.kind == .invalidValue }
                #expect(found.isEmpty == isGood, "\(trigger) \(value)")
            }
        }
    }

    @Test("A null counts as left out, and aliases as their parameter")
    func nulls() {
        let text = Sample.bundle([
            #"{"gate": "packages", "trigger": "blacklist", "action": "GO", "params": [{"name": "name", "value": "a"}, {"name": "version", "value": null}]}"#,
            #"{"gate": "passwd_file", "trigger": "blacklist_userids", "action": "GO", "params": [{"name": "userIDblacklist", "value": "1"}]}"#,
        ])
        #expect(problems(text).isEmpty)
    }

    @Test("Every gate and trigger is listed with its parameters")
    func description() {
        let gates = GateDescription.all.filter { $0.state == "active" }
        #expect(gates.count == 13)
        #expect(gates.flatMap(\.triggers).count == 40)
        #expect(GateDescription.all.count == 27)
        for gate in gates {
            for trigger in gate.triggers {
                #expect(!trigger.description.isEmpty)
                #expect(Set(trigger.parameters.map(\.name)).count == trigger.parameters.count)
            }
        }
    }

    @Test("The examples of the parameters are values that are taken")
    func examples() {
        for gate in GateDescription.all where gate.state == "active" {
            for trigger in gate.triggers {
                let parameters = trigger.parameters.filter { $0.name != "instruction" }.compactMap { parameter in
                    parameter.example.map { #"{"name": "\#(parameter.name)", "value": \#(Sample.quoted($0))}"# }
                }
                let text = Sample.bundle([
                    """
                    {"gate": "\(gate.name)", "trigger": "\(trigger.name)", "action": "GO",
                     "params": [\(parameters.joined(separator: ","))]}
                    """
                ])
                let found = problems(text).filter { !$0.cause.contains("needs the parameter instruction") }
                #expect(found.isEmpty, "\(gate.name)/\(trigger.name): \(found)")
            }
        }
    }
}
