/// A TOML document as far as it could be read.
package struct TOMLDocument: Sendable {
    package var root: TOMLTable
    /// The damaged places; empty for a sound document.
    package var problems: [TOMLError]

    /// Reads `bytes` and throws at the first thing that is not TOML.
    package static func parse(_ bytes: [UInt8], limits: TOMLLimits = TOMLLimits()) throws(TOMLError) -> TOMLTable {
        var reader = TOMLReader(bytes, limits: limits)
        while !reader.isAtEnd { try reader.readStatement() }
        return reader.root
    }

    /// Reads `bytes` past damage: a damaged statement costs the rest of its table, and reading goes on at the next header.
    package static func recover(_ bytes: [UInt8], limits: TOMLLimits = TOMLLimits()) -> TOMLDocument {
        var reader = TOMLReader(bytes, limits: limits)
        var problems: [TOMLError] = []
        while !reader.isAtEnd {
            do throws(TOMLError) {
                try reader.readStatement()
            } catch {
                problems.append(error)
                guard problems.count < limits.maxProblems else { break }
                reader.skipToHeader()
            }
        }
        return TOMLDocument(root: reader.root, problems: problems)
    }
}
