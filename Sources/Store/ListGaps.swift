/// How a run's problems name a list that was had and has gaps, apart from targets and repositories that were not listed.
package enum ListGaps {
    /// What follows a registry's name where its list of repositories has gaps.
    package static let catalog = " (catalog)"
    /// What follows a repository's name where its list of tags has gaps.
    package static let tags = " (tags)"

    /// Whether a problem's target names a list with gaps, and not what could not be listed.
    package static func isMeant(by target: String) -> Bool { target.hasSuffix(catalog) || target.hasSuffix(tags) }
}
