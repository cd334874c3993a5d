/// One entry of an image's merged file system.
package struct ImageFile: Sendable {
    package var path: LayerPath
    package var kind: PathKind
    /// `nil` where they were not collected, or where a hard link points to nothing.
    package var attributes: FileAttributes?
    package var digests: FileDigests?

    package init(path: LayerPath, kind: PathKind, attributes: FileAttributes? = nil, digests: FileDigests? = nil) {
        self.path = path
        self.kind = kind
        self.attributes = attributes
        self.digests = digests
    }
}

/// The files of an image as its merged file system shows them, with what was collected of them.
package struct ImageFiles: Sendable {
    /// What was looked for in every layer.
    package var parts: Set<CollectedPart>
    /// The expressions that the files of every layer were searched for.
    package var searched: Set<NamedPattern>
    /// Sorted by path, each path once.
    package var entries: ImageFileTable
    /// Files with findings, sorted by path.
    package var found: [FoundFile]

    package init(
        parts: Set<CollectedPart>,
        searched: Set<NamedPattern>,
        entries: ImageFileTable,
        found: [FoundFile]
    ) {
        self.parts = parts
        self.searched = searched
        self.entries = entries
        self.found = found
    }
}
