import AnchoreAPI
import Registry

/// Credentials for repositories of a registry: the most specific that holds is used.
struct RepositoryCredentials: Sendable {
    private struct Rule: Sendable {
        let host: String
        let repository: String
        let isPrefix: Bool
        let credential: RegistryCredential

        func holds(_ repository: String) -> Bool {
            isPrefix ? repository.hasPrefix(self.repository) : repository == self.repository
        }
    }

    /// The most specific first: whole names, then prefixes by their length.
    private let rules: [String: [Rule]]

    /// Of several with one pattern the first counts; what is no `host/repository` or `host/prefix*` is left out.
    init(_ entries: [(pattern: String, credential: RegistryCredential)]) {
        let rules = entries.compactMap { entry -> Rule? in
            let parts = entry.pattern.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, RegistryRecord.isPlace(entry.pattern) else { return nil }
            let host = parts[0].lowercased()
            let isPrefix = parts[1].hasSuffix("*")
            return Rule(
                host: host,
                repository: isPrefix
                    ? String(parts[1].dropLast()) : RepositoryName.stored(registry: host, parts[1]),
                isPrefix: isPrefix,
                credential: entry.credential
            )
        }
        self.rules = Dictionary(grouping: rules.enumerated(), by: \.element.host).mapValues { found in
            found.sorted { left, right in
                if left.element.isPrefix != right.element.isPrefix { return right.element.isPrefix }
                let (one, other) = (left.element.repository.utf8.count, right.element.repository.utf8.count)
                return one == other ? left.offset < right.offset : one > other
            }.map(\.element)
        }
    }

    var hosts: Set<String> { Set(rules.keys) }

    func credential(for host: String, repository: String) -> RegistryCredential? {
        rules[host]?.first { $0.holds(repository) }?.credential
    }
}
