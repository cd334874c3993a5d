/// A policy bundle of an account.
package struct PolicyRecord: Sendable {
    package var id: String
    package var account: String
    package var isActive: Bool
    package var createdAt: String
    package var updatedAt: String
    /// The bundle as JSON text.
    package var bundle: String
    /// SHA-256 over the bundle with sorted members, in hexadecimal.
    package var digest: String

    package init(
        id: String,
        account: String,
        isActive: Bool,
        createdAt: String,
        updatedAt: String,
        bundle: String,
        digest: String
    ) {
        self.id = id
        self.account = account
        self.isActive = isActive
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.bundle = bundle
        self.digest = digest
    }

    /// With the bundle where `detail` is asked for.
    package func json(detail: Bool) -> JSONValue {
        let parsed = try? JSONReader.read(Array(bundle.utf8))  // ours: it was read before it was stored
        return [
            "policyId": .string(id), "userId": .string(account), "active": .bool(isActive),
            "policy_source": "local", "created_at": .string(createdAt), "last_updated": .string(updatedAt),
            "name": .string(parsed?["name"]?.string ?? ""),
            "description": .string(parsed?["description"]?.string ?? parsed?["comment"]?.string ?? ""),
            "policybundle": detail ? .text(bundle) : [:],
            "policybundlemeta": [:],
        ]
    }
}

/// One problem of a bundle or of an evaluation.
package struct PolicyProblem: Sendable, Equatable {
    package var severity: String
    package var type: String
    package var details: String
    /// The name of a member that must be there and is not.
    package var missingMember: String?

    package init(severity: String = "error", type: String, details: String, missingMember: String? = nil) {
        self.severity = severity
        self.type = type
        self.details = details
        self.missingMember = missingMember
    }

    package var json: JSONValue {
        ["severity": .string(severity), "problem_type": .string(type), "details": .string(details)]
    }
}

extension AnchoreError {
    /// A bundle that cannot be taken, with all that is wrong in it.
    package static func invalidBundle(_ problems: [PolicyProblem]) -> AnchoreError {
        // Clients explain a missing member from the words of a validating framework: the first that they find. They show
        // nothing else, so that the other problems follow, one a line.
        for (place, problem) in problems.enumerated() {
            guard let key = problem.missingMember else { continue }
            var error = missing(key)
            let others = problems[..<place] + problems[(place + 1)...]
            error.message = ([error.message] + others.map(\.details)).joined(separator: "\n")
            return error
        }
        return AnchoreError(
            400,
            "Bundle failed validation",
            detail: [JSONMember("validation_details", .array(problems.map(\.json)))]
        )
    }
}

/// One row of an evaluation.
package struct EvaluationRow: Sendable {
    /// The item of a whitelist that lets a finding pass.
    package struct Whitelisting: Sendable {
        package var listID: String
        package var listName: String
        package var itemID: String

        package init(listID: String, listName: String, itemID: String) {
            self.listID = listID
            self.listName = listName
            self.itemID = itemID
        }
    }

    package var triggerID: String
    package var gate: String
    package var trigger: String
    package var message: String
    package var action: GateAction
    package var whitelisting: Whitelisting?
    package var policyID: String

    package init(
        triggerID: String,
        gate: String,
        trigger: String,
        message: String,
        action: GateAction,
        whitelisting: Whitelisting?,
        policyID: String
    ) {
        self.triggerID = triggerID
        self.gate = gate
        self.trigger = trigger
        self.message = message
        self.action = action
        self.whitelisting = whitelisting
        self.policyID = policyID
    }

    /// Adds the row to the array that `text` is in; `subject` is what every row of an image begins with.
    func add(to text: inout JSONText, subject: ArraySlice<UInt8>) {
        text.openArray()
        text.element(json: subject)
        for cell in [triggerID, gate, trigger, message, action.rawValue] { text.element(cell) }
        if let whitelisting {
            text.openObject()
            text.member("whitelist_id", whitelisting.listID)
            text.member("whitelist_name", whitelisting.listName)
            text.member("matched_rule_id", whitelisting.itemID)
            text.closeObject()
        } else {
            text.element(json: "false".utf8)
        }
        text.element(policyID)
        text.closeArray()
    }
}

/// What an image came to under a bundle.
package struct PolicyOutcome: Sendable {
    package var rows: [EvaluationRow]
    package var problems: [PolicyProblem]
    /// `stop`, `warn` or `go`: of the policies, and of all together.
    package var policyAction: GateAction
    package var finalAction: GateAction
    package var reason: String
    /// JSON objects, or `false`.
    package var mapping: JSONValue
    package var allowRule: JSONValue
    package var denyRule: JSONValue

    package init(
        rows: [EvaluationRow],
        problems: [PolicyProblem],
        policyAction: GateAction,
        finalAction: GateAction,
        reason: String,
        mapping: JSONValue,
        allowRule: JSONValue,
        denyRule: JSONValue
    ) {
        self.rows = rows
        self.problems = problems
        self.policyAction = policyAction
        self.finalAction = finalAction
        self.reason = reason
        self.mapping = mapping
        self.allowRule = allowRule
        self.denyRule = denyRule
    }

    package var isPass: Bool { finalAction.status == .pass }

    private static let header = [
        "Image_Id", "Repo_Tag", "Trigger_Id", "Gate", "Trigger", "Check_Output", "Gate_Action", "Whitelisted",
        "Policy_Id",
    ]

    /// The part of the detail that depends on the outcome alone, as JSON text.
    ///
    /// Written as it goes: an image has thousands of rows.
    package func detail(imageID: String, tag: String) -> [UInt8] {
        var text = JSONText()
        text.openObject()
        text.member(JSONMember("matched_mapping_rule", mapping))
        text.member(JSONMember("matched_whitelisted_images_rule", allowRule))
        text.member(JSONMember("matched_blacklisted_images_rule", denyRule))
        text.member("final_action", finalAction.rawValue)
        text.member("final_action_reason", reason)
        text.member(JSONMember("evaluation_problems", .array(problems.map(\.json))))
        text.member("status", finalAction.status.rawValue)
        text.openObject("result")
        text.member(named: imageID) {
            $0.openObject()
            addTable(to: &$0, imageID: imageID, tag: tag)
            $0.closeObject()
        }
        for name in ["policy_data", "whitelist_data"] { text.member(JSONMember(name, [])) }
        text.member("policy_name", "")
        text.member(JSONMember("whitelist_names", []))
        text.closeObject()
        text.closeObject()
        return text.bytes
    }

    private func addTable(to text: inout JSONText, imageID: String, tag: String) {
        text.openObject("result")
        text.member(JSONMember("header", .strings(Self.header)))
        text.member("row_count", rows.count)
        text.openArray("rows")
        let subject = JSONValue.array([.string(imageID), .string(tag)]).bytes.dropFirst().dropLast()
        for row in rows { row.add(to: &text, subject: subject) }
        text.closeArray()
        text.member("final_action", policyAction.rawValue)
        text.closeObject()
    }
}

/// An evaluation as it is kept and shown.
package struct EvaluationRecord: Sendable {
    package var policyID: String
    package var isPass: Bool
    /// `YYYY-MM-DDTHH:MM:SSZ`, and the same in seconds since 1970.
    package var evaluatedAt: String
    package var evaluatedSeconds: Int
    package var createdSeconds: Int
    /// What ``PolicyOutcome/detail(imageID:tag:)`` gave, as text.
    package var detail: String

    package init(
        policyID: String,
        isPass: Bool,
        evaluatedAt: String,
        evaluatedSeconds: Int,
        createdSeconds: Int,
        detail: String
    ) {
        self.policyID = policyID
        self.isPass = isPass
        self.evaluatedAt = evaluatedAt
        self.evaluatedSeconds = evaluatedSeconds
        self.createdSeconds = createdSeconds
        self.detail = detail
    }

    /// `context` is what the evaluation is about, `nil` without detail.
    package func json(_ context: EvaluationContext?) -> JSONValue {
        var members: [JSONMember] = [
            JSONMember("status", .string(isPass ? "pass" : "fail")),
            JSONMember("last_evaluation", .string(evaluatedAt)), JSONMember("policyId", .string(policyID)),
        ]
        guard let context else {
            members.append(JSONMember("detail", [:]))
            return .object(members)
        }
        let about: JSONValue = [
            "user_id": .string(context.account), "image_id": .string(context.imageID), "tag": .string(context.tag),
            "bundle": .text(context.bundle), "image_digest": .string(context.digest),
            "created_at": .int(createdSeconds), "last_modified": .int(evaluatedSeconds),
        ]
        // The stored members follow as they are: there may be thousands of rows among them.
        let result = String(decoding: about.bytes.dropLast(), as: UTF8.self) + "," + detail.dropFirst()
        members.append(JSONMember("detail", ["result": .text(result), "policy": .text(context.bundle)]))
        return .object(members)
    }
}

/// What an evaluation is about.
package struct EvaluationContext: Sendable {
    package var account: String
    package var digest: String
    package var imageID: String
    package var tag: String
    /// The bundle as JSON text.
    package var bundle: String

    package init(account: String, digest: String, imageID: String, tag: String, bundle: String) {
        self.account = account
        self.digest = digest
        self.imageID = imageID
        self.tag = tag
        self.bundle = bundle
    }
}
