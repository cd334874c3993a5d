package import AnchoreAPI
import Foundation
import Policy

/// The engine of policies, asked with what the fleet knows of an image.
package struct PolicyEngine: PolicyEvaluating {
    package init() {}

    package var defaultBundle: JSONValue { DefaultBundle.json }

    package var specification: JSONValue { Self.encoded(GateDescription.all) }

    package func problems(of bundle: JSONValue) -> [PolicyProblem] {
        PolicyBundle.read(bundle.bytes).errors.map(Self.problem)
    }

    package func evaluate(_ subject: PolicySubject, bundle: JSONValue) -> PolicyOutcome {
        let reading = PolicyBundle.read(bundle.bytes, allowsRetired: true)
        guard let readable = reading.bundle else {
            return PolicyOutcome(
                rows: [],
                problems: reading.problems.map(Self.problem),
                policyAction: "stop",
                finalAction: "stop",
                reason: "policy_evaluation",
                mapping: false,
                allowRule: false,
                denyRule: false
            )
        }
        let evaluation = readable.evaluate(
            subject.facts,
            as: Policy.ImageName(subject.tag),
            now: PolicyInstant(seconds: Int64(subject.now))
        )
        return PolicyOutcome(
            rows: evaluation.findings.map(Self.row),
            problems: evaluation.problems.map(Self.problem),
            policyAction: evaluation.policyAction.rawValue,
            finalAction: evaluation.finalAction.rawValue,
            reason: evaluation.reason.rawValue,
            mapping: Self.rule(evaluation.mapping),
            allowRule: Self.rule(evaluation.whitelistedImage),
            denyRule: Self.rule(evaluation.blacklistedImage)
        )
    }

    private static func row(_ finding: PolicyEvaluation.Finding) -> EvaluationRow {
        EvaluationRow(
            triggerID: finding.triggerID,
            gate: finding.gate,
            trigger: finding.trigger,
            message: finding.message,
            action: finding.action.rawValue,
            whitelisting: finding.whitelisted.map {
                EvaluationRow.Whitelisting(
                    listID: $0.whitelistID,
                    listName: $0.whitelistName ?? $0.whitelistID,
                    itemID: $0.itemID ?? "None"
                )
            },
            policyID: finding.policyID
        )
    }

    private static func problem(_ problem: BundleProblem) -> PolicyProblem {
        PolicyProblem(
            severity: problem.severity.rawValue,
            type: problem.kind.rawValue,
            details: problem.description,
            missingMember: problem.missingMember
        )
    }

    /// A rule as its author wrote it, or `false`.
    private static func rule(_ selector: ImageSelector?) -> JSONValue {
        guard let selector else { return false }
        return encoded(selector.raw)
    }

    private static func encoded(_ value: some Encodable) -> JSONValue {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let data = (try? encoder.encode(value)) ?? Data("null".utf8)  // values of ours always encode
        return .text(String(decoding: data, as: UTF8.self))
    }
}
