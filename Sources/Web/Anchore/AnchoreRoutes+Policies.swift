import AnchoreAPI
import DedicatedThread
import HTTPTypes
import Logging
import ScanModel
import Store

extension AnchoreRoutes {
    private static let maxHistory = 1000

    func addPolicyRoutes(_ add: Add) {
        add(.get, "policies", .role(.readOnly)) { call in
            let detail = try call.flag("detail", default: false)
            return .json(.array(try await service.store.policies(of: call.account).map { $0.json(detail: detail) }))
        }
        add(.post, "policies", .role(.policyEditor)) { try await addPolicy($0) }
        add(.get, "policies/:policy", .role(.readOnly)) { call in
            let detail = try call.flag("detail", default: true)
            return .json(.array([try await policy(try call.part("policy"), call).json(detail: detail)]))
        }
        add(.put, "policies/:policy", .role(.policyEditor)) { try await changePolicy($0) }
        add(.delete, "policies/:policy", .role(.policyEditor)) { try await deletePolicy($0) }
        for prefix in ["images/:digest", "images/by_id/:imageID"] {
            add(.get, "\(prefix)/check", .role(.readOnly)) { try await check($0) }
        }
        add(.get, "system/policy_spec", .role(.readOnly)) { _ in .json(service.policies.specification) }
    }

    private func policy(_ id: String, _ call: AnchoreCall) async throws -> PolicyRecord {
        guard let found = try await service.store.policy(id, of: call.account) else {
            throw AnchoreError.notFound("Policy bundle \(id.prefix(200)) not found in DB")
        }
        return found
    }

    /// The bundle in a body, which must be good.
    private func validated(_ bundle: JSONValue) async throws -> JSONValue {
        guard bundle.members != nil else { throw AnchoreError.wrongType("policybundle", "object") }
        for key in ["id", "version", "policies", "mappings"] where bundle[key] == nil {
            throw AnchoreError.missing(key)
        }
        guard let id = bundle["id"]?.string else { throw AnchoreError.wrongType("id", "string") }
        guard (1...256).contains(id.utf8.count), !id.utf8.contains(0) else {
            throw AnchoreError(400, "'id' must have 1 to 256 bytes and none that is zero", isSchemaProblem: true)
        }
        let problems = try await service.threads.run { service.policies.problems(of: bundle) }
        guard problems.isEmpty else { throw AnchoreError.invalidBundle(problems) }
        return bundle
    }

    private func parsed(_ call: AnchoreCall) async throws -> BodyObject {
        let bytes = try await call.body(upTo: RequestLimits.bundle)
        return try await service.threads.run { try BodyObject(bytes) }
    }

    private func addPolicy(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let bundle = try await validated(try await parsed(call).value)
        let record = service.record(bundle, of: call.account, isActive: false)
        try await set(record, over: try await service.store.policy(record.id, of: call.account), call)
        return .json(try await policy(record.id, call).json(detail: try call.flag("detail", default: true)))
    }

    private func changePolicy(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let id = try call.part("policy")
        let body = try await parsed(call)
        if let stated = try body.optionalString("policyId"), stated != id {
            throw AnchoreError(500, "the policyId of the body is not that of the path")
        }
        let current = try await policy(id, call)
        let isActive = try call.flag("active", default: false) ? true : try body.optionalBool("active")
        if current.isActive, isActive == false {
            throw AnchoreError(500, "cannot deactivate the active policy: activate another one instead")
        }
        if let bundle = body.value["policybundle"], bundle.members?.isEmpty == false {
            guard bundle["id"]?.string == id else { throw AnchoreError(500, "the bundle's id is not that of the path") }
            if BundleDigest.of(bundle) != current.digest {
                let good = try await validated(bundle)
                try await set(service.record(good, of: call.account, isActive: false), over: current, call)
            }
        }
        if isActive == true, !current.isActive {
            let last = try await service.store.policy(nil, of: call.account)
            try await service.store.activatePolicy(id, of: call.account)
            try await collect(for: try await policy(id, call), call)
            try await service.store.note(
                EventRecord(
                    .activePolicy,
                    account: call.account,
                    resourceID: id,
                    service: "catalog",
                    host: service.settings.host,
                    details: ["last_policy_bundle_id": .string(last?.id), "current_policy_bundle_id": .string(id)]
                )
            )
        }
        return .json(.array([try await policy(id, call).json(detail: true)]))
    }

    /// Keeps a bundle; new content of the active one is told as an event.
    private func set(_ record: PolicyRecord, over current: PolicyRecord?, _ call: AnchoreCall) async throws {
        try await service.store.setPolicy(record)
        try await collect(for: record, call)
        guard let current, current.isActive, current.digest != record.digest else { return }
        try await service.store.note(
            EventRecord(
                .policyContent,
                account: call.account,
                resourceID: record.id,
                service: "catalog",
                host: service.settings.host,
                details: [
                    "policy_id": .string(record.id), "last_policy_bundle_digest": .string(current.digest),
                    "current_policy_bundle_digest": .string(record.digest),
                ]
            )
        )
    }

    /// Has what the rules of an administrator's bundle ask for collected from now on, as Anchore Engine collects it unasked.
    ///
    /// But for malware: that needs a scanner beside the workers, and `tallyman fleet collect`, which also says what contents
    /// are searched for where the rules name no expression.
    private func collect(for record: PolicyRecord, _ call: AnchoreCall) async throws {
        guard call.principal.isSystemAdmin else { return }
        var needs = try await service.threads.run { CompiledPolicy(record).needs }
        needs.parts.remove(.malware)
        // A search for nothing would have every layer analysed anew, and find nothing.
        if needs.contentPatterns.isEmpty { needs.parts.remove(.content) }
        guard try await service.store.widenCollection(by: needs) else { return }
        let parts = needs.parts.sorted().map(\.rawValue).joined(separator: ",")
        service.logger.notice(
            "bundle \(record.id) has \(parts) collected from now on: layers are analysed anew by the next run"
        )
    }

    private func deletePolicy(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let found = try await policy(try call.part("policy"), call)
        guard !found.isActive else {
            throw AnchoreError(500, "cannot delete an active policy: activate another one first")
        }
        try await service.store.removePolicy(found.id, of: call.account)
        return .json("deleted")
    }

    /// `GET /images/{digest}/check`: what the image comes to under a bundle; computed anew only where something changed.
    private func check(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        guard let given = try call.query("tag") else { throw AnchoreError.badRequest("Missing query parameter 'tag'") }
        guard let tag = AnchoreImageName(given)?.fulltag else {
            throw AnchoreError.badRequest("'\(given.prefix(200))' is not a tag")
        }
        let detail = try call.flag("detail", default: true)
        let isHistory = try call.flag("history", default: false)
        let image = try await analysed(call)
        let id = try call.query("policyId")
        var found = try await service.store.policy(id, of: call.account)
        if found == nil, let id, id.contains("+") {
            // What encodes a query as a form has + for the spaces of an id; `anchore-cli policy hub install` makes such.
            found = try await service.store.policy(id.replacing("+", with: " "), of: call.account)
        }
        guard let policy = found else {
            throw AnchoreError.notFound(
                id.map { "Policy bundle \($0) not found in DB" } ?? "cannot find active policy bundle for user"
            )
        }
        let checks = PolicyChecks(routes: self)
        let isInteractive = try call.flag("interactive", default: false)
        var records = [try await checks.evaluation(of: image, tag: tag, policy, keeps: !isInteractive)]
        if isHistory {
            records += try await service.store.evaluations(
                EvaluationSubject(manifest: image.number, tag: tag),
                account: call.account,
                policyID: policy.id,
                limit: Self.maxHistory
            ).dropFirst()
        }
        let context = EvaluationContext(
            account: call.account,
            digest: image.record.digest,
            imageID: image.record.imageID,
            tag: tag,
            bundle: policy.bundle
        )
        // The key is the digest that was asked for: clients look for it.
        let asked = call.parameters["digest"] ?? image.record.digest
        return .bytes(
            try await service.threads.run { [records] in
                JSONValue.array([
                    .object([
                        JSONMember(
                            asked,
                            .object([JSONMember(tag, .array(records.map { $0.json(detail ? context : nil) }))])
                        )
                    ])
                ]).bytes
            }
        )
    }
}
