import Bytes

/// Imports Debian's table of releases (package distro-info-data, `debian.csv` and `ubuntu.csv`): a line a release, with the
/// dates on which its kinds of support end.
struct DistroInfoImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    private static let mark = Array("version,codename,series,".utf8)
    /// What the columns behind `eol` are called.
    private static let extensions = [
        "eol-lts": "LTS", "eol-elts": "ELTS", "eol-server": "server", "eol-esm": "ESM", "eol-legacy": "legacy",
    ]

    func canRead(_ file: FeedFile) -> Bool { file.content.hasBytes(Self.mark) }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "distro-info" }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        let distro = file.name.split(separator: "/").last?.split(separator: ".").first?.lowercased() ?? ""
        guard ["debian", "ubuntu"].contains(distro) else {
            throw AdvisoryError(.damaged, "\(file.name): the file's name does not tell the distribution")
        }
        guard file.content.count <= limits.maxRecordBytes else {
            throw AdvisoryError(.tooLarge, "\(file.name): more than \(limits.maxRecordBytes) bytes")
        }
        let lines = String(decoding: file.content.all, as: UTF8.self).split(whereSeparator: \.isNewline)
        let columns = Self.fields(lines.first ?? "")
        for line in lines.dropFirst() {
            let fields = Dictionary(zip(columns, Self.fields(line))) { first, _ in first }
            guard let statements = Self.statements(fields, distro: distro, limits: limits) else {
                counts.skip("\(file.name): not a release: \(line)", limits: limits)
                continue
            }
            counts.records += 1
            for statement in statements { try emit(.support(statement)) }
        }
        return counts
    }

    private static func fields(_ line: Substring) -> [String] {
        line.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingSpaces }
    }

    /// `nil` where a line has no release or a date that is none.
    private static func statements(
        _ fields: [String: String],
        distro: String,
        limits: AdvisoryLimits
    ) -> [SupportStatement]? {
        let number = fields["version"].flatMap { $0.split(separator: " ").first.map(String.init) }
        guard let release = BoundedText.name(number ?? fields["series"], limits: limits) else { return nil }
        var statements: [SupportStatement] = []
        for (column, text) in fields.sorted(by: { $0.key < $1.key }) where column.hasPrefix("eol") && !text.isEmpty {
            guard let date = BoundedText.date(text) else { return nil }
            statements.append(
                SupportStatement(
                    ecosystem: "\(distro):\(release)",
                    kind: column == "eol" ? .endOfLife : .extendedEnd,
                    date: date,
                    note: column == "eol" ? "" : extensions[column] ?? String(column.dropFirst(4))
                )
            )
        }
        return statements
    }
}
