extension PolicyEvaluation {
    /// The columns of a row, as Anchore Engine names them.
    package static let columns = [
        "Image_Id", "Repo_Tag", "Trigger_Id", "Gate", "Trigger", "Check_Output", "Gate_Action", "Whitelisted",
        "Policy_Id",
    ]

    /// The evaluation as Anchore Engine's API has it, in `detail.result` of `GET /images/{digest}/check`.
    package struct AnchoreResult: Encodable, Sendable {
        private let evaluation: PolicyEvaluation
        private let bundle: RawJSON
        private let userID: String
        private let time: PolicyInstant

        /// `time` is when it was made.
        package init(_ evaluation: PolicyEvaluation, bundle: PolicyBundle, userID: String, time: PolicyInstant) {
            self.evaluation = evaluation
            self.bundle = bundle.raw
            self.userID = userID
            self.time = time
        }

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case imageID = "image_id"
            case imageDigest = "image_digest"
            case tag, bundle, status, result
            case mapping = "matched_mapping_rule"
            case whitelistedImage = "matched_whitelisted_images_rule"
            case blacklistedImage = "matched_blacklisted_images_rule"
            case created = "created_at"
            case modified = "last_modified"
            case finalAction = "final_action"
            case reason = "final_action_reason"
            case problems = "evaluation_problems"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(userID, forKey: .userID)
            try container.encode(evaluation.imageID, forKey: .imageID)
            try container.encode(evaluation.imageDigest, forKey: .imageDigest)
            try container.encode("\(evaluation.tag)", forKey: .tag)
            try container.encode(bundle, forKey: .bundle)
            try container.encode(RuleOrFalse(evaluation.mapping), forKey: .mapping)
            try container.encode(RuleOrFalse(evaluation.whitelistedImage), forKey: .whitelistedImage)
            try container.encode(RuleOrFalse(evaluation.blacklistedImage), forKey: .blacklistedImage)
            try container.encode(time.seconds, forKey: .created)
            try container.encode(time.seconds, forKey: .modified)
            try container.encode(evaluation.finalAction, forKey: .finalAction)
            try container.encode(evaluation.reason, forKey: .reason)
            try container.encode(evaluation.passes ? "pass" : "fail", forKey: .status)
            try container.encode(evaluation.problems.map { Problem(problem: $0) }, forKey: .problems)
            try container.encode(Table(evaluation: evaluation), forKey: .result)
        }
    }

    /// A problem with Anchore's three members alone.
    private struct Problem: Encodable {
        let problem: BundleProblem

        private enum CodingKeys: String, CodingKey {
            case severity, details
            case kind = "problem_type"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(problem.severity, forKey: .severity)
            try container.encode(problem.kind, forKey: .kind)
            try container.encode(problem.description, forKey: .details)
        }
    }

    /// A rule as its author wrote it, or `false` where none matched.
    private struct RuleOrFalse: Encodable {
        let selector: ImageSelector?

        init(_ selector: ImageSelector?) { self.selector = selector }

        func encode(to encoder: any Encoder) throws {
            if let selector {
                try selector.raw.encode(to: encoder)
            } else {
                var container = encoder.singleValueContainer()
                try container.encode(false)
            }
        }
    }

    /// The rows, under the image's id.
    private struct Table: Encodable {
        let evaluation: PolicyEvaluation

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(_ text: String) { stringValue = text }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            var image = container.nestedContainer(keyedBy: Key.self, forKey: Key(evaluation.imageID))
            var table = image.nestedContainer(keyedBy: Key.self, forKey: Key("result"))
            try table.encode(PolicyEvaluation.columns, forKey: Key("header"))
            try table.encode(evaluation.findings.count, forKey: Key("row_count"))
            try table.encode(evaluation.policyAction, forKey: Key("final_action"))
            let rows = evaluation.findings.map { Row(evaluation: evaluation, finding: $0) }
            try table.encode(rows, forKey: Key("rows"))
            try container.encode([String](), forKey: Key("policy_data"))
            try container.encode([String](), forKey: Key("whitelist_data"))
            try container.encode("", forKey: Key("policy_name"))
            try container.encode([String](), forKey: Key("whitelist_names"))
        }
    }

    private struct Row: Encodable {
        let evaluation: PolicyEvaluation
        let finding: Finding

        func encode(to encoder: any Encoder) throws {
            var row = encoder.unkeyedContainer()
            try row.encode(evaluation.imageID)
            try row.encode("\(evaluation.tag)")
            try row.encode(finding.triggerID)
            try row.encode(finding.gate)
            try row.encode(finding.trigger)
            try row.encode(finding.message)
            try row.encode(finding.action)
            if let exemption = finding.whitelisted { try row.encode(exemption) } else { try row.encode(false) }
            try row.encode(finding.policyID)
        }
    }
}
