package import AnchoreAPI
package import ScanModel

/// Registries, as the API asks them while a client waits.
///
/// Every call throws `AnchoreError` with the code that Anchore's clients know for what went wrong. An account reads what
/// its own credentials open, and `nil` what the fleet's do.
package protocol RegistryLookup: Sendable {
    /// What a tag, or a digest taken as the tag, stands for: an image that can be analysed.
    func image(
        registry: String,
        repository: String,
        tag: String,
        digest: Digest?,
        of account: String?
    ) async throws -> FoundImage

    /// The tags of a repository.
    func tags(registry: String, repository: String, of account: String?) async throws -> [String]

    /// The manifest and the configuration of an image of the fleet.
    func documents(registry: String, repository: String, digest: Digest) async throws -> ImageDocuments

    /// Whether a host speaks plain HTTP, for one whose certificate is not to be checked; with credentials, whether they are
    /// taken. Throws where it does not answer, or refuses them.
    func isPlainHTTP(host: String, user: String, password: String, verify: Bool) async throws -> Bool

    /// Whether a host, by its name or address, is this machine or what it is plugged into.
    func isNear(_ host: String) async throws -> Bool

    /// A password as the database keeps it; throws where there is no key.
    func seal(_ password: String) throws -> [UInt8]
}
