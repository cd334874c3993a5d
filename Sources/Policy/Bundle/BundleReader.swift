import Advisories
import LinearRegex

/// Reads a bundle's document into the parts of a ``PolicyBundle``, noting everything that is wrong with it.
struct BundleReader {
    private let root: BundleObject
    /// The document as it came.
    private let document: [UInt8]
    private let log: ProblemLog
    private let limits: BundleLimits
    /// Whether gates that are no more are passed over, as in bundles that were stored long ago.
    private let allowsRetired: Bool
    private var ruleCount = 0
    private var itemCount = 0
    private var openItemCount = 0

    init(_ root: BundleObject, document: [UInt8], log: ProblemLog, limits: BundleLimits, allowsRetired: Bool) {
        self.root = root
        self.document = document
        self.log = log
        self.limits = limits
        self.allowsRetired = allowsRetired
    }

    /// The bundle, whatever is wrong with it; the caller asks the log.
    mutating func read() -> PolicyBundle {
        let id = root.requiredText("id") ?? ""
        root.checkVersion()
        let mapped = root.objects("mappings", required: true, most: limits.maxMappings).map { mapping($0) }
        if mapped.isEmpty, root.has("mappings") {
            log.add(
                .validation,
                at: root.place("mappings"),
                "there is no mapping, so every image passes",
                remedy: "map \"registry\": \"*\", \"repository\": \"*\" and the tag * to a policy",
                severity: .warning
            )
        }
        // Also by mappings that are wrong themselves: what they name is told of at the same time.
        let reachablePolicies = Set(mapped.flatMap(\.policyIDs))
        let reachableWhitelists = Set(mapped.flatMap(\.whitelistIDs))
        var policies: [String: BundlePolicy] = [:]
        var policyPlaces: [String: String] = [:]
        for object in root.objects("policies", required: true, most: limits.maxPolicies) {
            let policy = policy(object, reachable: reachablePolicies)
            note(
                object,
                id: policy.id,
                among: &policyPlaces,
                kind: "policy",
                isReachable: reachablePolicies.contains(policy.id)
            )
            policies[policy.id] = policy
        }
        var whitelists: [String: Whitelist] = [:]
        var whitelistPlaces: [String: String] = [:]
        for object in root.objects("whitelists", most: limits.maxWhitelists) {
            let whitelist = whitelist(object, reachable: reachableWhitelists)
            let isReachable = reachableWhitelists.contains(whitelist.id)
            note(object, id: whitelist.id, among: &whitelistPlaces, kind: "whitelist", isReachable: isReachable)
            whitelists[whitelist.id] = whitelist
        }
        for mapping in mapped { checkReferences(mapping, policies: policies, whitelists: whitelists) }
        return PolicyBundle(
            id: id,
            name: root.text("name") ?? "",
            policies: policies,
            whitelists: whitelists,
            mappings: mapped.compactMap(\.mapping),
            whitelistedImages: root.objects("whitelisted_images", most: limits.maxMappings).compactMap { selector($0) },
            blacklistedImages: root.objects("blacklisted_images", most: limits.maxMappings).compactMap { selector($0) },
            document: document
        )
    }

    private func note(
        _ object: BundleObject,
        id: String,
        among places: inout [String: String],
        kind: String,
        isReachable: Bool
    ) {
        // That an id is missing has been told.
        guard !id.isEmpty else { return }
        if let other = places[id] {
            log.add(
                .duplicate,
                at: object.place("id"),
                "the \(kind) id \(id) is also that of \(other)",
                remedy: "give each \(kind) an id of its own",
                severity: isReachable ? .error : .warning
            )
        }
        places[id] = places[id] ?? object.path
    }

    private func checkReferences(
        _ mapping: ReadMapping,
        policies: [String: BundlePolicy],
        whitelists: [String: Whitelist]
    ) {
        for id in mapping.policyIDs where policies[id] == nil {
            log.add(
                .referenceNotFound,
                at: mapping.object.place(mapping.object.has("policy_id") ? "policy_id" : "policy_ids"),
                "there is no policy with the id \(id)",
                remedy: Self.known(policies.keys.sorted(), "policies")
            )
        }
        for id in mapping.whitelistIDs where whitelists[id] == nil {
            log.add(
                .referenceNotFound,
                at: mapping.object.place("whitelist_ids"),
                "there is no whitelist with the id \(id)",
                remedy: Self.known(whitelists.keys.sorted(), "whitelists")
            )
        }
    }

    private static func known(_ ids: [String], _ what: String) -> String {
        ids.isEmpty ? "the bundle has no \(what)" : "the bundle's \(what) are \(ids.prefix(20).joined(separator: ", "))"
    }

    /// A mapping with what it names, whatever else is wrong with it.
    private struct ReadMapping {
        let object: BundleObject
        /// `nil` where it does not say which images it is about.
        let selector: ImageSelector?
        let policyIDs: [String]
        let whitelistIDs: [String]

        var mapping: BundleMapping? {
            selector.map { BundleMapping(selector: $0, policyIDs: policyIDs, whitelistIDs: whitelistIDs) }
        }
    }

    private func mapping(_ object: BundleObject) -> ReadMapping {
        // Empty ones count as left out, as Anchore Engine has it.
        let single = object.text("policy_id").flatMap { $0.isEmpty ? nil : $0 }
        let several = object.texts("policy_ids", most: limits.maxPolicies)
        if single != nil, !several.isEmpty {
            log.add(
                .validation,
                at: object.path,
                "Cannot specify both policy_id and policy_ids properties in mapping rule",
                remedy: "keep policy_ids"
            )
        } else if single == nil, !object.has("policy_ids") {
            log.add(
                .validation,
                at: object.path,
                "No policy_id or policy_ids property found for mapping rule",
                remedy: "add \"policy_ids\" with the id of a policy"
            )
        } else if single == nil, several.isEmpty {
            log.add(.validation, at: object.place("policy_ids"), "the list is empty", remedy: "name a policy")
        }
        let whitelists = object.texts("whitelist_ids", required: true, most: limits.maxWhitelists)
        return ReadMapping(
            object: object,
            selector: selector(object),
            policyIDs: single.map { id in [id] + several.filter { $0 != id } } ?? several,
            whitelistIDs: whitelists
        )
    }

    /// Registry, repository and image of a mapping or of an image list's entry; `nil`, and noted, where they say nothing.
    private func selector(_ object: BundleObject) -> ImageSelector? {
        let name = object.requiredText("name")
        let registry = object.requiredText("registry", remedy: "add \"registry\": \"*\" for all")
        let repository = object.requiredText("repository", remedy: "add \"repository\": \"*\" for all")
        let image = object.requiredObject(
            "image",
            remedy: "add \"image\": {\"type\": \"tag\", \"value\": \"*\"} for all"
        )
        let type = image?.requiredText("type")
        let value = image?.requiredText("value")
        let registryPattern = registry.flatMap { wildcard($0, at: object.place("registry")) }
        let repositoryPattern = repository.flatMap { wildcard($0, at: object.place("repository")) }
        guard let image, let type, let value else { return nil }
        let target: ImageSelector.Target
        switch type {
        case "tag":
            guard let pattern = wildcard(value, at: image.place("value")) else { return nil }
            target = .tag(pattern)
        case "digest": target = .digest(value)
        case "id": target = .id(value.hasPrefix("sha256:") ? String(value.dropFirst(7)) : value)
        default:
            log.add(
                .schema,
                at: image.place("type"),
                "\(type) is not one of tag, digest, id",
                remedy: "write one of them"
            )
            return nil
        }
        guard let registryPattern, let repositoryPattern else { return nil }
        return ImageSelector(
            name: name ?? "",
            id: object.text("id"),
            registry: registryPattern,
            repository: repositoryPattern,
            target: target,
            raw: object.raw
        )
    }

    private func wildcard(_ text: String, at path: String) -> Wildcard? {
        do {
            return try Wildcard(text)
        } catch {
            log.add(
                .invalidPattern,
                at: path,
                "no regular expression that can be matched: \(error)",
                remedy: "correct it, or leave out regexp: and use * for any characters"
            )
            return nil
        }
    }

    private mutating func policy(_ object: BundleObject, reachable: Set<String>) -> BundlePolicy {
        let id = object.requiredText("id") ?? ""
        // Anchore Engine never looks at policies that no mapping names.
        let isReachable = reachable.contains(id)
        let room = max(0, limits.maxRules - ruleCount)
        let objects = object.objects("rules", required: isReachable, most: room)
        ruleCount += objects.count
        let read = log.collect {
            object.checkVersion(required: isReachable)
            return objects.compactMap { rule($0, isReachable: isReachable) }
        }
        for var problem in read.problems {
            if !isReachable, problem.kind != .schema {
                problem.severity = .warning
                problem.cause += " (no mapping names this policy, so that its rules are never run)"
            }
            log.add(problem)
        }
        return BundlePolicy(
            id: id,
            name: object.text("name"),
            rules: read.value,
            problems: read.problems.filter { $0.severity == .error }
        )
    }

    private func rule(_ object: BundleObject, isReachable: Bool) -> BundlePolicy.Rule? {
        let gateName = object.requiredText("gate", remedy: "add \"gate\" with the name of a gate")
        let triggerName = object.requiredText("trigger", remedy: "add \"trigger\" with the name of a trigger")
        let actionName = object.requiredText("action", remedy: "add \"action\": \"STOP\", \"WARN\" or \"GO\"")
        let parameters = object.objects("params", required: isReachable, most: limits.maxParameters)
        let action = actionName.flatMap { PolicyAction(rawValue: $0.lowercased()) }
        if let actionName, action == nil {
            log.add(
                .invalidAction,
                at: object.place("action"),
                "\(actionName) is no action",
                remedy: "write STOP, WARN or GO"
            )
        }
        let reader = RuleReader(object, log: log, allowsRetired: allowsRetired)
        guard let gateName, let triggerName,
            let (gate, trigger, check) = reader.check(gate: gateName, trigger: triggerName, parameters: parameters),
            let action
        else { return nil }
        return BundlePolicy.Rule(
            id: object.text("id"),
            gate: gate,
            trigger: trigger,
            action: action,
            check: check,
            path: object.path
        )
    }

    private mutating func whitelist(_ object: BundleObject, reachable: Set<String>) -> Whitelist {
        let id = object.requiredText("id") ?? ""
        let isReachable = reachable.contains(id)
        let room = max(0, limits.maxItems - itemCount)
        let objects = object.objects("items", required: isReachable, most: room)
        itemCount += objects.count
        let read = log.collect {
            object.checkVersion(required: isReachable)
            return objects.compactMap { item($0) }
        }
        for var problem in read.problems {
            if !isReachable, problem.kind != .schema {
                problem.severity = .warning
                problem.cause += " (no mapping names this whitelist)"
            }
            log.add(problem)
        }
        openItemCount += read.value.count { $0.triggerID.literalPrefix?.isEmpty ?? true }
        if openItemCount > limits.maxOpenItems {
            log.add(
                .malformed,
                at: object.place("items"),
                "more than \(limits.maxOpenItems) items have an expression or a star in front",
                remedy: "begin trigger ids with what they have in common, as in CVE-2026-1234+*"
            )
        }
        return Whitelist(
            id: id,
            name: object.text("name"),
            items: read.value,
            problems: read.problems.filter { $0.severity == .error }
        )
    }

    private func item(_ object: BundleObject) -> Whitelist.Item? {
        let gate = object.requiredText("gate")
        let trigger = object.requiredText("trigger_id", remedy: "add \"trigger_id\", with * for any characters")
        let pattern = trigger.flatMap { wildcard($0, at: object.place("trigger_id")) }
        var expires: PolicyInstant?
        if let text = object.text("expires_on"), !text.isEmpty {
            expires = PolicyInstant(text)
            if expires == nil {
                log.add(
                    .validation,
                    at: object.place("expires_on"),
                    "\(text) is no date and time",
                    remedy: "write it as 2026-12-31T00:00:00Z"
                )
                return nil
            }
        }
        guard let gate, let pattern else { return nil }
        if Gates.named(gate) == nil {
            log.add(
                .gateNotFound,
                at: object.place("gate"),
                "there is no gate \(gate), so the item covers nothing",
                remedy: "see `tallyman policy describe`",
                severity: .warning
            )
        }
        return Whitelist.Item(id: object.text("id"), gate: gate.lowercased(), triggerID: pattern, expires: expires)
    }
}
