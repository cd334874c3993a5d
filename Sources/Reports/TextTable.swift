package import ScanModel

/// A table for a terminal: columns aligned by display width, no trailing spaces, colour only where asked for.
package struct TextTable: Sendable {
    /// One column: its title, and how it behaves.
    package struct Column: Sendable {
        package enum Alignment: Sendable { case left, right }

        package var title: String
        package var alignment: Alignment
        /// Whether the column gives way first when the table is wider than the terminal.
        package var shrinks: Bool

        package init(_ title: String, _ alignment: Alignment = .left, shrinks: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.shrinks = shrinks
        }
    }

    /// One cell: text, and the colour that it has where colours are wanted.
    package struct Cell: Sendable, ExpressibleByStringInterpolation {
        package var text: String
        package var style: TextStyle

        package init(_ text: String, style: TextStyle = .plain) {
            self.text = text
            self.style = style
        }

        package init(stringLiteral value: String) { self.init(value) }

        /// A count, with separators of thousands.
        package init(_ count: some BinaryInteger) { self.init(Figures.count(count)) }

        /// A severity in its colour.
        package init(_ severity: Severity) { self.init(severity.rawValue, style: .severity(severity)) }
    }

    /// The least columns that a shrinking column keeps.
    package static let leastShrunkWidth = 10

    private let columns: [Column]
    private var rows: [[Cell]] = []

    package init(_ columns: [Column]) {
        self.columns = columns
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a line; cells beyond the last column are dropped, missing ones are empty.
    package mutating func append(_ cells: [Cell]) {
        rows.append(
            columns.indices.map { index in
                guard index < cells.count else { return Cell("") }
                return Cell(DisplayWidth.printable(cells[index].text), style: cells[index].style)
            }
        )
    }

    /// The table as lines, each ended by a newline.
    ///
    /// With a width in `appearance`, shrinking columns give way, widest first, and then every column does; what is cut
    /// ends in an ellipsis. A table with more columns than the terminal has room for runs over.
    package func render(_ appearance: TextAppearance = .plain) -> String {
        let header = columns.map { Cell(DisplayWidth.printable($0.title), style: .heading) }
        let lines = [header] + rows
        var widths = columns.indices.map { column in
            lines.reduce(0) { max($0, DisplayWidth.columns($1[column].text)) }
        }
        if let limit = appearance.width { fit(&widths, into: limit) }
        var out = ""
        for line in lines {
            out += render(line, widths: widths, colour: appearance.colour)
            out += "\n"
        }
        return out
    }

    private func fit(_ widths: inout [Int], into limit: Int) {
        let spacing = 2 * max(0, columns.count - 1)
        var excess = widths.reduce(spacing, +) - limit
        func shrink(_ candidates: [Int], floor: Int) {
            while excess > 0 {
                let widest = candidates.filter { widths[$0] > floor }.max { widths[$0] < widths[$1] }
                guard let widest else { return }
                widths[widest] -= 1
                excess -= 1
            }
        }
        let shrinking = columns.indices.filter { columns[$0].shrinks }
        shrink(shrinking, floor: Self.leastShrunkWidth)
        shrink(shrinking, floor: 3)
        shrink(Array(columns.indices), floor: 1)
    }

    private func render(_ line: [Cell], widths: [Int], colour: Bool) -> String {
        var out = ""
        var pendingSpaces = 0
        for (index, cell) in line.enumerated() {
            let text = DisplayWidth.truncate(cell.text, to: widths[index])
            let padding = max(0, widths[index] - DisplayWidth.columns(text))
            if columns[index].alignment == .right { pendingSpaces += padding }
            if !text.isEmpty {
                // Spaces are written only before text, so that no line ends in one.
                out += String(repeating: " ", count: pendingSpaces)
                pendingSpaces = 0
                out += colour ? cell.style.paint(text) : text
            }
            if columns[index].alignment == .left { pendingSpaces += padding }
            pendingSpaces += 2
        }
        return trimmed(out)
    }

    /// A cell's own spaces at the end of a line go as well.
    private func trimmed(_ line: String) -> String {
        guard line.last == " " else { return line }
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
