import ImageInventory
import ImageSources
import Reports
import ScanModel

/// What a scan that was asked to collected of the image's files.
package struct CollectedEntry: Encodable, Sendable {
    /// A file's attributes.
    package struct File: Encodable, Sendable {
        package var path: String
        /// `file`, `directory`, `link` or `other`.
        package var type: String
        /// Octal, `4755`.
        package var mode: String
        package var userID: UInt32
        package var groupID: UInt32
        /// Bytes.
        package var size: Int64
        package var linkTarget: String?
        package var sha256: String?
    }

    /// A file whose content was asked for.
    package struct Retrieved: Encodable, Sendable {
        package var path: String
        /// Bytes that are not UTF-8 are replaced.
        package var content: String
    }

    /// A line, or several, in which a search found something; what it found is never told.
    package struct Match: Encodable, Sendable {
        package var path: String
        /// The expression's or rule's name; left out where it has none.
        package var name: String?
        package var pattern: String
        package var lines: [Int]
    }

    /// What a scanner recognised in a file.
    package struct Malware: Encodable, Sendable {
        package var path: String
        package var scanner: String
        package var signature: String
    }

    /// What was looked for; lists of what was not are empty.
    package var parts: [String]
    package var files: [File]
    package var retrieved: [Retrieved]
    package var contentMatches: [Match]
    package var secrets: [Match]
    package var malware: [Malware]

    /// What was collected of `image`; `nil` where nothing was.
    init?(_ image: ScannedImage) {
        let merged = FilesFold.fold(image.layers.map(\.analysis))
        guard !merged.parts.isEmpty else { return nil }
        parts = merged.parts.map(\.rawValue).sorted()
        files = merged.parts.isDisjoint(with: [.files, .digests]) ? [] : merged.entries.map { File($0) }
        retrieved = merged.found.compactMap { file in
            file.findings.content.map {
                Retrieved(path: "/" + file.path.text, content: String(decoding: $0, as: UTF8.self))
            }
        }
        contentMatches = merged.found.flatMap { file in
            file.findings.contentMatches.map {
                Match(
                    path: "/" + file.path.text,
                    name: $0.pattern.name,
                    pattern: $0.pattern.pattern,
                    lines: $0.lines
                )
            }
        }
        secrets = merged.found.flatMap { file in
            Dictionary(grouping: file.findings.secrets, by: \.rule).sorted { $0.key < $1.key }.map { rule, found in
                Match(
                    path: "/" + file.path.text,
                    name: rule,
                    pattern: found.first?.pattern ?? "",
                    lines: Set(found.map(\.line)).sorted()
                )
            }
        }
        malware = merged.found.flatMap { file in
            file.findings.malware.map {
                Malware(path: "/" + file.path.text, scanner: $0.scanner, signature: $0.signature)
            }
        }
    }

    /// What searches found, a line each; empty where they found nothing.
    func table(_ appearance: TextAppearance) -> String {
        var table = TextTable([
            .init("FOUND"), .init("NAME", shrinks: true), .init("FILE", shrinks: true), .init("LINES", shrinks: true),
        ])
        for (kind, matches) in [("content", contentMatches), ("secret", secrets)] {
            for match in matches {
                let lines = match.lines.prefix(10).map(String.init).joined(separator: ",")
                table.append([
                    .init(kind), .init(match.name ?? match.pattern), .init(match.path), .init(lines),
                ])
            }
        }
        for item in malware {
            table.append([.init("malware", style: .bad), .init(item.signature), .init(item.path), .init("")])
        }
        return table.isEmpty ? "" : table.render(appearance)
    }
}

extension CollectedEntry.File {
    fileprivate init(_ file: ImageFile) {
        let type =
            switch file.kind {
            case .file, .hardlink: "file"
            case .directory: "directory"
            case .symlink: "link"
            case .other: "other"
            }
        let known = file.attributes
        self.init(
            path: "/" + file.path.text,
            type: type,
            mode: String(known?.mode ?? 0, radix: 8),
            userID: known?.userID ?? 0,
            groupID: known?.groupID ?? 0,
            size: known?.size ?? 0,
            linkTarget: known.flatMap { $0.linkTarget.isEmpty ? nil : String(decoding: $0.linkTarget, as: UTF8.self) },
            sha256: file.digests.map { Hex.encode($0.sha256) }
        )
    }
}
