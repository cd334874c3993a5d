import Bytes
import LayerScan
import ScanModel

/// Where the blobs of a local image are: a folder or an archive.
protocol BlobStore: Sendable {
    /// The place where a blob's bytes stand; throws where there is none.
    func place(of digest: Digest) throws -> BlobPlace
    /// A small file beside the blobs, such as `index.json`; `nil` where there is none.
    func file(_ name: String, maxBytes: Int) throws -> [UInt8]?
}

/// A stretch of a file.
struct BlobPlace: Sendable {
    let path: String
    let offset: Int64
    let count: Int64

    /// A stream over the bytes, for one thread.
    func producer() throws -> FileProducer { try FileProducer(path: path, offset: offset, count: count) }

    /// All bytes; throws `tooLarge` over `maxBytes`.
    func bytes(maxBytes: Int, subject: String) throws -> [UInt8] {
        guard count <= Int64(maxBytes) else {
            throw ImageSourceError(.tooLarge, "\(subject): \(count) bytes are over the bound of \(maxBytes)")
        }
        return try LocalFile(path).read(at: offset, count: Int(count))
    }
}

/// An OCI layout in a folder (image-spec v1.1, image-layout.md).
///
/// Nothing outside of the folder is ever read.
struct DirectoryBlobs: BlobStore {
    private let root: String

    init(_ path: String) throws {
        guard let root = LocalPath.resolved(path) else { throw LocalFile.failure(path) }
        self.root = root
    }

    func place(of digest: Digest) throws -> BlobPlace {
        let name = "blobs/\(digest.algorithm.rawValue)/\(digest.hex)"
        guard let file = try contained(name) else {
            throw ImageSourceError(.malformed, "\(root): the layout has no blob \(digest)")
        }
        return BlobPlace(path: file.path, offset: 0, count: file.size)
    }

    func file(_ name: String, maxBytes: Int) throws -> [UInt8]? {
        try contained(name)?.all(maxBytes: maxBytes)
    }

    /// Opens a file below the root; a link that leads out of the root is refused.
    private func contained(_ name: String) throws -> LocalFile? {
        guard let path = LocalPath.resolved("\(root)/\(name)") else { return nil }
        guard path.hasPrefix(root == "/" ? root : root + "/") else {
            throw ImageSourceError(.malformed, "\(root)/\(name): a link that leads out of the layout")
        }
        return try LocalFile(path, followsLinks: false)
    }
}

/// An OCI layout in a tar archive.
struct ArchiveBlobs: BlobStore {
    let index: TarIndex

    func place(of digest: Digest) throws -> BlobPlace {
        let name = "blobs/\(digest.algorithm.rawValue)/\(digest.hex)"
        guard let place = index.place(of: name) else {
            throw ImageSourceError(.malformed, "\(index.path): the archive has no blob \(digest)")
        }
        return place
    }

    func file(_ name: String, maxBytes: Int) throws -> [UInt8]? {
        try index.place(of: name)?.bytes(maxBytes: maxBytes, subject: "\(index.path): \(name)")
    }
}
