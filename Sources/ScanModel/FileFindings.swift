package import Foundation

/// A pattern that matches in a file; what was matched is never kept.
package struct PatternMatch: Hashable, Sendable, Codable {
    package var pattern: NamedPattern
    /// The first lines with a match, from 1, sorted.
    package var lines: [Int]

    package init(pattern: NamedPattern, lines: [Int]) {
        self.pattern = pattern
        self.lines = lines
    }
}

/// What reading one file's content has brought.
package struct FileFindings: Hashable, Sendable, Codable {
    /// The content itself, where it was asked for.
    package var content: Data?
    package var contentMatches: [PatternMatch] = []
    /// What it says of packages' files, where it is a package database.
    package var packaged: [PackagedFiles] = []
    package var secrets: [SecretFinding] = []
    package var malware: [MalwareFinding] = []
    /// The file is a hard link to this path, which is in a layer below: what was found there counts here too.
    package var linkTarget: LayerPath?

    package init() {}

    package var isEmpty: Bool { self == FileFindings() }

    /// What is true of the file under another name as well.
    ///
    /// Without its content and what it lists of packages, which count by the names that they were looked for by.
    package var underOtherName: FileFindings {
        var other = self
        other.content = nil
        other.packaged = []
        other.linkTarget = nil
        return other
    }

    /// About how many bytes it takes to keep.
    package var weight: Int {
        (content?.count ?? 0) + secrets.count * 300 + malware.count * 150 + (linkTarget?.bytes.count ?? 0)
            + contentMatches.reduce(0) { $0 + 100 + $1.pattern.pattern.utf8.count + $1.lines.count * 8 }
            + packaged.reduce(0) { $0 + $1.weight }
    }
}

/// What was found in one file of a layer.
package struct FoundFile: Hashable, Sendable, Codable {
    package var path: LayerPath
    package var findings: FileFindings

    package init(path: LayerPath, findings: FileFindings) {
        self.path = path
        self.findings = findings
    }
}

/// What was collected of a layer's files: it depends on the layer's bytes and the analysis version alone.
package struct LayerFacts: Sendable {
    /// What was looked for; what is not among it is unknown, not absent.
    package var parts: Set<CollectedPart>
    /// The expressions that the content of files was searched for.
    package var searched: Set<NamedPattern>
    /// Of every entry; empty without ``CollectedPart/files``.
    package var attributes: FileAttributeTable
    package var digests: FileDigestTable
    /// Files with findings, sorted by path.
    package var found: [FoundFile]

    package init(
        parts: Set<CollectedPart>,
        searched: Set<NamedPattern> = [],
        attributes: FileAttributeTable = FileAttributeTable([]),
        digests: FileDigestTable = FileDigestTable([:]),
        found: [FoundFile] = []
    ) {
        self.parts = parts
        self.searched = searched
        self.attributes = attributes
        self.digests = digests
        self.found = found
    }
}
