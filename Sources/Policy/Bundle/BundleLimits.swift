/// Bounds on a policy bundle.
package struct BundleLimits: Sendable {
    /// Bytes of the document; a whitelist of ten thousand items has one or two megabytes.
    package var maxBytes = 16 << 20
    package var maxDepth = 32
    package var maxPolicies = 1000
    /// Rules of all policies.
    package var maxRules = 10_000
    package var maxParameters = 100
    package var maxMappings = 10_000
    package var maxWhitelists = 1000
    /// Items of all whitelists.
    package var maxItems = 200_000
    /// Items whose trigger id is an expression or begins with a star: every finding is held against each of them.
    package var maxOpenItems = 5000
    /// Problems that are told one by one.
    package var maxProblems = 1000

    package init() {}
}
