/// The bounds of reading a document.
package struct TOMLLimits: Sendable {
    /// Levels of tables, and again levels of arrays and inline tables inside one value.
    package var maxDepth = 64
    /// Keys, tables and array elements of the whole document.
    package var maxValues = 1_000_000
    /// Damaged places after which reading stops.
    package var maxProblems = 20

    package init() {}
}
