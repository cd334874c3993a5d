package import ScanModel

/// Something that reads the content of regular files as it goes by and says what it found in each.
///
/// Like catalogers, but for files of any name and size: it gets pieces and keeps what it needs of them. Add one in
/// ``FileCollection``.
package protocol FileAnalyzer: Sendable {
    /// Under which its cost is noted.
    var name: String { get }
    /// What reads the files of one layer, one after the other, on one thread.
    func makeReading() -> any FileReading
}

/// The reading of one layer's files by one analyzer.
///
/// For each file ``begins(_:)``, then, if it said yes, ``consume(_:)`` for each piece and ``finish(into:)``. What a file
/// comes to depends on that file alone. An error ends the analysis of the layer: it is for what another try may cure.
package protocol FileReading: AnyObject {
    /// Whether the file is to be read; without an answer to the one before, that one is forgotten.
    func begins(_ file: ExaminedFile) -> Bool
    /// The next bytes, in order and without holes; valid during the call only.
    func consume(_ bytes: UnsafeRawBufferPointer) throws
    /// Adds what was found.
    func finish(into result: inout FileResult) throws
}

/// A regular file that is about to be read.
package struct ExaminedFile: Sendable {
    package let path: LayerPath
    /// Bytes.
    package let size: Int64
    /// Permission bits, 0o7777 at most.
    package let mode: UInt16

    package init(path: LayerPath, size: Int64, mode: UInt16) {
        self.path = path
        self.size = size
        self.mode = mode
    }
}

/// What analyzers found in one file.
package struct FileResult: Sendable {
    package var findings = FileFindings()
    package var digests: FileDigests?
    /// What could not be looked at, in words; each becomes a coverage gap of the file.
    package var problems: [String] = []

    package init() {}
}
