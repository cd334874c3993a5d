import Foundation
package import Logging

/// The credentials in Docker's client configuration, `config.json`.
///
/// Read are `auths` with `auth`, `username` and `password`, and `identitytoken`, and the helpers that `credHelpers` names
/// for a registry and `credsStore` for all, which are asked first. A registry matches by its exact name and port; the
/// names of Docker Hub count as one.
package struct DockerConfigCredentials: CredentialSource {
    /// The largest file that is read, in bytes.
    package static let maxFileBytes = 1 << 20

    /// What could not be used, one sentence each, without secrets.
    package let problems: [String]
    private let credentials: [String: RegistryCredential]
    /// The names of helpers, by the registry that each is for.
    private let helpers: [String: Helper]
    /// The helper for all other registries.
    private let store: String?
    private let programs: CredentialHelpers

    private struct Helper {
        let name: String
        /// The registry as the file has it, which is what the helper knows it by.
        let server: String
    }

    /// Docker Hub, as helpers know it.
    private static let hub = "https://index.docker.io/v1/"

    /// Reads `$DOCKER_CONFIG/config.json`, else `$HOME/.docker/config.json`; a missing file means no credentials.
    ///
    /// An empty variable counts as none, as for Docker itself: pipelines set it to what they were not given.
    package init(environment: [String: String], logger: Logger) {
        let named = environment["DOCKER_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let folder = named ?? environment["HOME"].map { "\($0)/.docker" }
        guard let folder, let handle = FileHandle(forReadingAtPath: "\(folder)/config.json") else {
            self.init(json: Array("{}".utf8))
            return
        }
        let report: @Sendable (String) -> Void = { logger.warning("registry credentials: \($0)") }
        // A file that cannot be read is reported as one that is not JSON.
        let data = (try? handle.read(upToCount: Self.maxFileBytes + 1)) ?? Data()
        self.init(json: Array(data), searchPath: environment["PATH"] ?? "", report: report)
        problems.forEach(report)
    }

    /// Reads the bytes of a `config.json`; helpers are looked for in the folders of `searchPath`, and `report` is told what
    /// went wrong with one.
    package init(json: [UInt8], searchPath: String = "", report: @escaping @Sendable (String) -> Void = { _ in }) {
        programs = CredentialHelpers(searchPath: searchPath, report: report)
        var problems: [String] = []
        var file = File()
        if json.count > Self.maxFileBytes {
            problems.append("the file is over \(Self.maxFileBytes) bytes and was not read")
        } else if let read = try? JSONDecoder().decode(File.self, from: Data(json)) {  // else reported in `problems`
            file = read
        } else {
            problems.append("the file is not a Docker configuration in JSON")
        }
        store = file.credsStore.flatMap { $0.isEmpty ? nil : $0 }
        var credentials: [String: RegistryCredential] = [:]
        for (key, entry) in (file.auths ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let host = Self.host(ofKey: key) else {
                problems.append("auths entry \(PlainText.line(key)) names a path, not a registry, and was left out")
                continue
            }
            guard let credential = entry.credential else {
                // With a helper, an entry without a secret only tells of a login.
                if store != nil || entry.isEmpty { continue }
                problems.append("auths entry \(PlainText.line(key)) holds no usable credential")
                continue
            }
            credentials[host] = credential
        }
        var helpers: [String: Helper] = [:]
        for (server, name) in (file.credHelpers ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let host = Self.host(ofKey: server) else {
                problems.append("credHelpers entry \(PlainText.line(server)) names a path, not a registry")
                continue
            }
            helpers[host] = Helper(name: name, server: server)
        }
        self.helpers = helpers
        self.credentials = credentials
        self.problems = problems
    }

    package func credential(for host: String) async -> RegistryCredential? {
        let name = RegistryEndpoint.canonicalName(host)
        let helper =
            helpers[name] ?? store.map { Helper(name: $0, server: name == "docker.io" ? Self.hub : name) }
        if let helper, let found = await programs.credential(helper.name, server: helper.server) { return found }
        return credentials[name]
    }

    /// The registry that a key of `auths` names: a host, with or without a scheme and the old `/v1/` or `/v2/` path.
    static func host(ofKey key: String) -> String? {
        var rest = Substring(key)
        for scheme in ["https://", "http://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        for path in ["/v1/", "/v2/", "/v1", "/v2", "/"] where rest.hasSuffix(path) {
            rest = rest.dropLast(path.count)
            break
        }
        guard !rest.isEmpty, !rest.contains("/") else { return nil }
        return RegistryEndpoint.canonicalName(String(rest))
    }

    private struct File: Decodable {
        var auths: [String: Entry]?
        var credsStore: String?
        var credHelpers: [String: String]?
    }

    private struct Entry: Decodable {
        var auth: String?
        var username: String?
        var password: String?
        var identitytoken: String?

        var isEmpty: Bool { auth == nil && username == nil && password == nil && identitytoken == nil }

        var credential: RegistryCredential? {
            var user = username ?? ""
            var secret = password ?? ""
            if let auth, !auth.isEmpty, let text = Base64.decodeText(auth), let colon = text.firstIndex(of: ":") {
                user = String(text[..<colon])
                secret = String(text[text.index(after: colon)...])
            }
            let token = identitytoken.flatMap { $0.isEmpty ? nil : $0 }
            guard token != nil || !(user.isEmpty || secret.isEmpty) else { return nil }
            return RegistryCredential(username: user, password: secret, identityToken: token)
        }
    }
}
