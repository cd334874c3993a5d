import Foundation
package import Logging

/// The credentials in Docker's client configuration, `config.json`.
///
/// Read are `auths` with `auth`, `username` and `password`, and `identitytoken`. A registry matches by its exact name and
/// port; the names of Docker Hub count as one. Credential helpers are programs, and none is run: where the file names one,
/// that is in `problems`.
package struct DockerConfigCredentials: CredentialSource {
    /// The largest file that is read, in bytes.
    package static let maxFileBytes = 1 << 20

    /// What could not be used, one sentence each, without secrets.
    package let problems: [String]
    private let credentials: [String: RegistryCredential]

    /// Reads `$DOCKER_CONFIG/config.json`, else `$HOME/.docker/config.json`; a missing file means no credentials.
    package init(environment: [String: String], logger: Logger) {
        let folder = environment["DOCKER_CONFIG"] ?? environment["HOME"].map { "\($0)/.docker" }
        guard let folder, let handle = FileHandle(forReadingAtPath: "\(folder)/config.json") else {
            self.init(json: Array("{}".utf8))
            return
        }
        // A file that cannot be read is reported as one that is not JSON.
        let data = (try? handle.read(upToCount: Self.maxFileBytes + 1)) ?? Data()
        self.init(json: Array(data))
        for problem in problems { logger.warning("registry credentials: \(problem)") }
    }

    /// Reads the bytes of a `config.json`.
    package init(json: [UInt8]) {
        guard json.count <= Self.maxFileBytes else {
            self.init(credentials: [:], problems: ["the file is over \(Self.maxFileBytes) bytes and was not read"])
            return
        }
        guard let file = try? JSONDecoder().decode(File.self, from: Data(json)) else {  // reported in `problems`
            self.init(credentials: [:], problems: ["the file is not a Docker configuration in JSON"])
            return
        }
        var problems: [String] = []
        var credentials: [String: RegistryCredential] = [:]
        for (key, entry) in (file.auths ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let host = Self.host(ofKey: key) else {
                problems.append("auths entry \(PlainText.line(key)) names a path, not a registry, and was left out")
                continue
            }
            guard let credential = entry.credential else {
                problems.append("auths entry \(PlainText.line(key)) holds no usable credential")
                continue
            }
            credentials[host] = credential
        }
        if let store = file.credsStore {
            problems.append("credsStore \(PlainText.line(store)) names a credential helper; helpers are not run")
        }
        for host in (file.credHelpers ?? [:]).keys.sorted() {
            problems.append("credHelpers names a helper for \(PlainText.line(host)); helpers are not run")
        }
        self.init(credentials: credentials, problems: problems)
    }

    package func credential(for host: String) async -> RegistryCredential? {
        credentials[RegistryEndpoint.canonicalName(host)]
    }

    private init(credentials: [String: RegistryCredential], problems: [String]) {
        self.credentials = credentials
        self.problems = problems
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
