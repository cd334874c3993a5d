/// A repository of which a run knows all tags, be it that there are none any more.
package struct ListedRepository: Hashable, Sendable {
    /// The registry's host.
    package let registry: String
    package let name: String

    package init(registry: String, name: String) {
        self.registry = registry
        self.name = name
    }
}
