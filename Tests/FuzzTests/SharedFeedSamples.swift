import Bytes
import Foundation
import TallymanTesting
import Zip

/// Published advisories out of the shared folder, each cut to what a mutator can do something with.
enum SharedFeedSamples {
    private static let maxArchiveBytes = 8 << 20
    private static let maxMemberBytes = 64 * 1024
    private static let membersPerArchive = 40

    /// Small archives as they are, and the beginnings of large ones.
    static let archives: [[UInt8]] = files.map { Array($0.prefix(maxMemberBytes)) }

    /// Files out of the archives.
    static let members: [(name: String, bytes: [UInt8])] = files.flatMap {
        content -> [(name: String, bytes: [UInt8])] in
        // What is no archive, or a member that is too large, is left out.
        guard content.count <= maxArchiveBytes, let archive = try? ZipArchive(FileBytes(content)) else { return [] }
        let step = max(1, archive.entries.count / membersPerArchive)
        return stride(from: 0, to: archive.entries.count, by: step).compactMap { index in
            let entry = archive.entries[index]
            guard let bytes = try? archive.contents(of: entry, maxBytes: 4 << 20), !bytes.isEmpty else { return nil }
            let name = entry.name.split(separator: "/").last.map(String.init) ?? "x"
            return (name, Array(bytes.prefix(maxMemberBytes)))
        }
    }

    private static let files: [[UInt8]] = {
        guard let folder = SharedFixtures.feeds else { return [] }
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder).sorted()) ?? []  // absent: none
        return names.compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0.prefix(maxArchiveBytes + 1)) }
        }
    }()
}
