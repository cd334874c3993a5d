/// Why a document is not TOML, with the line (from 1) on which that shows.
package struct TOMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var reason: String

    package var description: String { "line \(line): \(reason)" }
}
