import AnchoreAPI
import HTTPTypes
import Store

extension AnchoreRoutes {
    /// A registry may be `host/project/repository`: Anchore takes its slashes as they are and encoded, and its adapter for
    /// Harbor sends them as they are.
    private static let registryPath = "registries/**"

    func addRegistryRoutes(_ add: Add) {
        add(.get, "registries", .role(.readOnly)) { call in
            .json(.array(try await service.store.registryLogins(of: call.account).map(\.json)))
        }
        add(.post, "registries", .role(.admin)) { call in
            let change = try RegistryChange(try await call.object(), account: call.account)
            guard try await service.store.registryLogin(change.record.registry, of: call.account) == nil else {
                throw AnchoreError(500, "registry already exists in DB")
            }
            return try await set(change, call)
        }
        add(.get, Self.registryPath, .role(.readOnly)) { call in .json(.array([try await registry(call).json])) }
        add(.put, Self.registryPath, .role(.admin)) { call in
            let known = try await registry(call)
            let change = try RegistryChange(try await call.object(), of: known.registry, account: call.account)
            guard change.record.registry == known.registry else {
                throw AnchoreError(409, "the registry of the body is not that of the path")
            }
            return try await set(change, call)
        }
        add(.delete, Self.registryPath, .role(.admin)) { call in
            // Done is done, whoever did it: scripts clean up without asking first.
            _ = try await service.store.removeRegistryLogin(try call.rest, of: call.account)
            return .json(true)
        }
    }

    private func registry(_ call: AnchoreCall) async throws -> RegistryRecord {
        let name = try call.rest
        guard let found = try await service.store.registryLogin(name, of: call.account) else {
            throw AnchoreError.notFound("registry \(name.prefix(200)) not found in DB")
        }
        return found
    }

    private func set(_ change: RegistryChange, _ call: AnchoreCall) async throws -> AnchoreAnswer {
        let record = change.record
        var plainHTTP: Bool?
        if try call.flag("validate", default: true) {
            plainHTTP = try await service.lookup.isPlainHTTP(
                host: record.host,
                user: record.user,
                password: change.password,
                verify: record.isVerified
            )
        } else if !record.isVerified {
            // Without a check only how to speak to it is found out, where it answers.
            do {
                plainHTTP = try await service.lookup.isPlainHTTP(
                    host: record.host,
                    user: "",
                    password: "",
                    verify: false
                )
            } catch is AnchoreError {}
        }
        let sealed = change.password.isEmpty ? nil : try service.lookup.seal(change.password)
        try await service.store.setRegistryLogin(record, sealed: sealed, plainHTTP: plainHTTP)
        let stored = try await service.store.registryLogin(record.registry, of: call.account)
        return .json(.array([(stored ?? record).json]))
    }
}
