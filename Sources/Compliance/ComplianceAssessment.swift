import Foundation
package import Policy

/// What an image comes to under one control.
package enum ControlState: String, Sendable, Encodable, CaseIterable {
    case pass, fail
    /// What the control's rules ask about was not looked for, or there is nothing to judge it by.
    case notCollected = "not-collected"
    /// No image says anything about it.
    case notVisible = "not-visible"
}

/// One control and what speaks for its state.
package struct ControlResult: Sendable, Encodable {
    package let id: String
    package let title: String
    package let state: ControlState
    /// Findings that fail it, or why it is not known.
    package let evidence: [String]
    /// What an image scan does not see of it.
    package let unseen: String?
}

/// One image under a profile.
package struct ImageCompliance: Sendable, Encodable {
    /// The name that it was judged under.
    package let image: String
    package let digest: String?
    /// Whether the profile's bundle lets the image pass.
    package let passes: Bool
    /// In the order of the profile.
    package let controls: [ControlResult]

    /// Evidence of one control that is listed.
    private static let maxEvidence = 100

    /// One finding of a rule that nothing exempts.
    package struct Finding: Sendable {
        /// The policy of the bundle, which is the control.
        package let control: String
        package let text: String
        /// Whether it says that nobody looked, which is no fault of the image.
        let isGap: Bool

        package init(control: String, gate: String, trigger: String, message: String) {
            self.control = control
            // What looks like a secret is not repeated: the messages of instructions end in the line. Commands that are
            // run hold logins in any form.
            let mayTell = message.contains(ComplianceRule.secretNames) || message.contains("directive 'RUN'")
            let end = mayTell ? message.range(of: " for line '")?.lowerBound : nil
            text = "\(gate)/\(trigger): \(message[..<(end ?? message.endIndex)])"
            isGap = ComplianceRule.gaps.contains("\(gate)/\(trigger)")
        }
    }

    /// One problem of an evaluation.
    package struct Problem: Sendable {
        /// `policies[3].rules[0]`.
        package let path: String
        package let cause: String

        package init(path: String, cause: String) {
            self.path = path
            self.cause = cause
        }
    }

    /// What an evaluation by the profile's own bundle says; `isMapped` where a mapping was about the image.
    package init(
        image: String,
        digest: String?,
        passes: Bool,
        isMapped: Bool,
        findings: [Finding],
        problems: [Problem],
        under profile: ComplianceProfile
    ) {
        self.image = image
        self.digest = digest
        self.passes = passes
        var found: [String: [String]] = [:]
        var unknown: [String: [String]] = [:]
        for finding in findings {
            if finding.isGap {
                unknown[finding.control, default: []].append(finding.text)
            } else {
                found[finding.control, default: []].append(finding.text)
            }
        }
        var isBroken = !isMapped
        let judged = profile.judged
        for problem in problems {
            // A bundle that could not be judged by proves nothing about any control.
            guard let number = Self.policy(in: problem.path), judged.indices.contains(number) else {
                isBroken = true
                continue
            }
            unknown[judged[number].id, default: []].append(problem.cause)
        }
        controls = profile.controls.map { control in
            let findings = found[control.id] ?? []
            let gaps = (unknown[control.id] ?? []) + (isBroken ? ["the profile could not be judged"] : [])
            let state: ControlState =
                control.rules.isEmpty
                ? .notVisible : (!findings.isEmpty ? .fail : (gaps.isEmpty ? .pass : .notCollected))
            return ControlResult(
                id: control.id,
                title: control.title,
                state: state,
                evidence: Self.listed(control.rules.isEmpty ? [] : findings + gaps),
                unseen: control.unseen
            )
        }
    }

    /// Reads an evaluation by the profile's own bundle.
    package init(_ evaluation: PolicyEvaluation, under profile: ComplianceProfile) {
        self.init(
            image: "\(evaluation.tag)",
            digest: evaluation.imageDigest,
            passes: evaluation.passes,
            isMapped: evaluation.mapping != nil,
            findings: evaluation.findings.filter { $0.whitelisted == nil }.map {
                Finding(control: $0.policyID, gate: $0.gate, trigger: $0.trigger, message: $0.message)
            },
            problems: evaluation.problems.map { Problem(path: $0.path, cause: $0.cause) },
            under: profile
        )
    }

    private static func listed(_ lines: [String]) -> [String] {
        guard lines.count > maxEvidence else { return lines }
        return lines.prefix(maxEvidence) + ["and \(lines.count - maxEvidence) more"]
    }

    /// The number in `policies[3].rules[0]`.
    private static func policy(in path: String) -> Int? {
        guard path.hasPrefix("policies[") else { return nil }
        return Int(path.dropFirst("policies[".count).prefix { $0 != "]" })
    }
}
