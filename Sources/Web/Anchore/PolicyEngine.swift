import AnchoreAPI
import Foundation
import Policy
import ScanModel
import Synchronization

/// The engine of policies, asked with what the fleet knows of an image; pure and CPU-bound.
package struct PolicyEngine: Sendable {
    /// Raised with every change of what gates say of the same image, so that evaluations that are kept are made anew.
    static let rules = 7

    package init() {}

    /// The bundle that a new account begins with.
    var defaultBundle: JSONValue { DefaultBundle.json }

    /// The gates, triggers and parameters, as `policy describe` shows them.
    var specification: JSONValue { Self.encoded(GateDescription.all) }

    /// All that is wrong with a bundle; empty where it can be stored.
    func problems(of bundle: JSONValue) -> [PolicyProblem] {
        PolicyBundle.read(bundle.bytes).errors.map(Self.problem)
    }

    fileprivate static func row(_ finding: PolicyEvaluation.Finding) -> EvaluationRow {
        EvaluationRow(
            triggerID: finding.triggerID,
            gate: finding.gate,
            trigger: finding.trigger,
            message: finding.message,
            action: GateAction(finding.action),
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

    fileprivate static func problem(_ problem: BundleProblem) -> PolicyProblem {
        PolicyProblem(
            severity: problem.severity.rawValue,
            type: problem.kind.rawValue,
            details: problem.description,
            missingMember: problem.missingMember
        )
    }

    /// A rule as its author wrote it, or `false`.
    fileprivate static func rule(_ selector: ImageSelector?) -> JSONValue {
        guard let selector else { return false }
        return encoded(selector.raw)
    }

    private static func encoded(_ value: some Encodable) -> JSONValue {
        let encoder = JSONEncoder()
        // In an order that is always the same: outcomes are compared by their bytes.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(value)) ?? Data("null".utf8)  // values of ours always encode
        return .text(String(decoding: data, as: UTF8.self))
    }
}

/// A bundle of an account, read once and asked about many images.
struct CompiledPolicy: Sendable {
    let record: PolicyRecord
    private let reading: PolicyBundle.Reading

    /// Reading a bundle is CPU work.
    init(_ record: PolicyRecord) {
        self.record = record
        reading = PolicyBundle.read(Array(record.bundle.utf8), allowsRetired: true)
    }

    /// What the rules ask about that may change while an image does not.
    var reads: FactReading { reading.bundle?.reads ?? .image }

    /// Whether the rules ask for anything that is collected of files.
    var readsFiles: Bool { !needs.parts.isEmpty }

    /// What must be collected of files for every rule to tell.
    var needs: CollectionPlan { reading.bundle?.needs ?? .nothing }

    /// What those rules say that read the image alone; `nil` of a bundle that is wrong.
    ///
    /// CPU work.
    func imageRules(_ facts: ImageFacts, tag: String, now: PolicyInstant) -> ImageRuleFindings? {
        reading.bundle.map { ImageRuleFindings(of: $0, in: facts, as: Policy.ImageName(tag), now: now) }
    }

    /// An evaluation of an image under a name; `nil` of a bundle that is wrong.
    ///
    /// `imageRules` are of the same image, name and moment.
    func evaluation(
        of facts: ImageFacts,
        tag: String,
        now: PolicyInstant,
        imageRules: ImageRuleFindings?
    ) -> BundleEvaluation? {
        guard let bundle = reading.bundle, let imageRules else { return nil }
        return BundleEvaluation(of: bundle, in: facts, as: Policy.ImageName(tag), now: now, imageRules: imageRules)
    }

    /// What clients are shown of an evaluation; without one, why there is none.
    ///
    /// CPU work.
    func outcome(_ evaluation: PolicyEvaluation?) -> PolicyOutcome {
        guard let evaluation else {
            return PolicyOutcome(
                rows: [],
                problems: reading.problems.map(PolicyEngine.problem),
                policyAction: .stop,
                finalAction: .stop,
                reason: "policy_evaluation",
                mapping: false,
                allowRule: false,
                denyRule: false
            )
        }
        return PolicyOutcome(
            // Clients show rows alone: without those of what was not judged an image would fail for no reason.
            rows: evaluation.findings.map(PolicyEngine.row) + evaluation.unjudged.map(PolicyEngine.row),
            problems: evaluation.problems.map(PolicyEngine.problem),
            policyAction: GateAction(evaluation.policyAction),
            finalAction: GateAction(evaluation.finalAction),
            reason: evaluation.reason.rawValue,
            mapping: PolicyEngine.rule(evaluation.mapping),
            allowRule: PolicyEngine.rule(evaluation.whitelistedImage),
            denyRule: PolicyEngine.rule(evaluation.blacklistedImage)
        )
    }
}

extension GateAction {
    fileprivate init(_ action: PolicyAction) {
        switch action {
        case .go: self = .go
        case .warn: self = .warn
        case .stop: self = .stop
        }
    }
}

/// The bundles that were used last, so that a request does not read one anew.
final class CompiledPolicies: Sendable {
    private static let maxKept = 4

    private let kept = Mutex<[CompiledPolicy]>([])

    /// The bundle as it was read before; `nil` where it was not, or was another then.
    func known(_ record: PolicyRecord) -> CompiledPolicy? {
        kept.withLock { kept in
            guard
                let place = kept.firstIndex(where: {
                    $0.record.account == record.account && $0.record.id == record.id
                        && $0.record.digest == record.digest && $0.record.bundle == record.bundle
                })
            else { return nil }
            let found = kept.remove(at: place)
            kept.append(found)
            return found
        }
    }

    func keep(_ policy: CompiledPolicy) {
        kept.withLock { kept in
            kept.append(policy)
            if kept.count > Self.maxKept { kept.removeFirst() }
        }
    }
}
