import Bytes
import Codecs
package import Foundation
import Zip

/// Some documents of a published archive, unpacked, so that a test need not read all of them.
package enum FeedExcerpt {
    /// A document of an archive.
    package struct Document {
        package let name: String
        package let content: [UInt8]

        package init(name: String, content: [UInt8]) {
            self.name = name
            self.content = content
        }

        /// Whether `text` is somewhere in the document.
        package func contains(_ text: String) -> Bool {
            let bytes = FileBytes(content)
            // JSON is full of quotes, and a search stops at each byte that the text begins with.
            let name = text.drop { $0 == "\"" }
            guard name.isEmpty || bytes.firstOffset(of: Array(name.utf8)) != nil else { return false }
            return name.utf8.count == text.utf8.count || bytes.firstOffset(of: Array(text.utf8)) != nil
        }

        /// Writes the document under its own name into `folder`.
        package func write(into folder: String) throws {
            let url = URL(fileURLWithPath: folder).appending(path: name)
            let parent = url.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(content).write(to: url)
        }
    }

    /// How many documents there were, and how many of them were written.
    package struct Count: Equatable {
        package var all = 0
        package var written = 0

        package init() {}
    }

    /// Writes those documents of the ZIP archive at `path` that `isWanted` picks into `folder`.
    @discardableResult
    package static func unpack(
        _ path: String,
        into folder: String,
        where isWanted: (Document) throws -> Bool
    ) throws -> Count {
        let archive = try ZipArchive(FileBytes([UInt8](Data(contentsOf: URL(fileURLWithPath: path)))))
        var count = Count()
        for entry in archive.entries where !entry.isDirectory {
            count.all += 1
            let document = Document(name: entry.name, content: try archive.contents(of: entry, maxBytes: 16 << 20))
            guard try isWanted(document) else { continue }
            count.written += 1
            try document.write(into: folder)
        }
        return count
    }

    /// The decompressed bytes of the gzip file at `path`.
    package static func gunzip(_ path: String) throws -> Data {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return Data(try Gzip.decompress(bytes, maxBytes: 256 << 20))
    }
}
