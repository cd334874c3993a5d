/// The forms in which a query's answer is printed.
package enum QueryFormat: String, Sendable, CaseIterable {
    case table, json, csv
}

/// An answer that can be printed in every query format.
package protocol QueryDocument: Encodable, Sendable {
    /// The same answer with its lists in report order, whatever order they came in.
    func inReportOrder() -> Self

    /// The answer as text for people, its lists in the order that they have.
    func text(_ appearance: TextAppearance) -> String

    /// The answer as one CSV table, its lists in the order that they have.
    func csv() -> [UInt8]
}

extension QueryDocument {
    /// The answer as UTF-8 in one of the formats; `appearance` matters to tables alone.
    package func rendered(as format: QueryFormat, _ appearance: TextAppearance = .plain) throws -> [UInt8] {
        let ordered = inReportOrder()
        return switch format {
        case .table: [UInt8](ordered.text(appearance).utf8)
        case .json: try ReportJSON.encode(ordered)
        case .csv: ordered.csv()
        }
    }
}

/// `name  value` lines above a table, the names padded to one width and lines without a value left out.
struct FactList {
    private var facts: [(name: String, value: String)] = []

    mutating func append(_ name: String, _ value: String) {
        if !value.isEmpty { facts.append((name, DisplayWidth.printable(value))) }
    }

    func render(_ appearance: TextAppearance) -> String {
        let nameWidth = facts.reduce(0) { max($0, DisplayWidth.columns($1.name)) } + 2
        return facts.reduce(into: "") { out, fact in
            let padding = String(repeating: " ", count: nameWidth - DisplayWidth.columns(fact.name))
            let room = appearance.width.map { max(20, $0 - nameWidth) }
            let value = room.map { DisplayWidth.truncate(fact.value, to: $0) } ?? fact.value
            out += (appearance.colour ? TextStyle.faint.paint(fact.name) : fact.name) + padding + value + "\n"
        }
    }
}

/// How query reports name the advisories that they rest on.
extension [ProviderBuild] {
    var line: String {
        guard !isEmpty else { return "none: nothing was matched" }
        return map { "\($0.provider) \(shortDigest($0.build))" }.joined(separator: ", ")
    }
}

/// A blob digest as tables show it: the first twelve hex digits.
func shortDigest(_ digest: String) -> String {
    guard let colon = digest.firstIndex(of: ":") else { return String(digest.prefix(12)) }
    return String(digest[digest.index(after: colon)...].prefix(12))
}
