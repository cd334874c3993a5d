/// What GitHub's code scanning takes ("SARIF support for code scanning", limits); nothing here is hit in silence.
struct SARIFLimits {
    /// A run with more results is refused.
    var results = 25_000
    /// Of more results than this the rest is not shown.
    var shownResults = 5000
    /// Locations of one result that are shown.
    var locations = 100
    /// Gaps that are listed one by one.
    var gaps = 1000
    /// Packages that the help of one rule names.
    var packagesInHelp = 20
}
