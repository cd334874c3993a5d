import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The files of one feed on disk, in the layout that `import` reads, with what their servers said about them.
struct FeedFolder: Sendable {
    /// What is known of one file.
    struct Entry: Sendable, Codable, Equatable {
        var address: String
        var validators: Validators
        var bytes: Int
    }

    /// Hidden, so that `import` passes over it.
    private static let stateName = ".fetched.json"
    private static let stagedPrefix = ".part-"

    let path: String
    /// By the file's name.
    private(set) var entries: [String: Entry]

    /// Opens the folder; files that are not as they were left count as absent.
    init(path: String) {
        self.path = path
        let state = FileManager.default.contents(atPath: "\(path)/\(Self.stateName)") ?? Data()
        let known = try? JSONDecoder().decode([String: Entry].self, from: state)  // Damaged: all is fetched again.
        entries = (known ?? [:]).filter { name, entry in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")  // Absent: likewise.
            return attributes?[.size] as? Int == entry.bytes
        }
    }

    /// Makes the folder, for this user alone, and removes what an interrupted sync left.
    func prepare() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            for name in try FileManager.default.contentsOfDirectory(atPath: path)
            where name.hasPrefix(Self.stagedPrefix) {
                try FileManager.default.removeItem(atPath: "\(path)/\(name)")
            }
        } catch {
            throw FeedSyncError(.folder, "\(path) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Where the file number `index` is written until all have come.
    func stagedPath(_ index: Int) -> String { "\(path)/\(Self.stagedPrefix)\(index)" }

    /// Removes what was staged.
    func discard(_ count: Int) {
        for index in 0..<count { unlink(stagedPath(index)) }
    }

    /// Puts the staged files in their places, and takes away the files that the feed no longer has.
    ///
    /// `files` is every file of the feed now, `staged` has the numbers of those that came anew, by name.
    mutating func commit(_ files: [String: Entry], staged: [String: Int]) throws {
        let manager = FileManager.default
        do {
            for (name, index) in staged.sorted(by: { $0.key < $1.key }) {
                let target = "\(path)/\(name)"
                let parent = URL(fileURLWithPath: target).deletingLastPathComponent().path
                try manager.createDirectory(atPath: parent, withIntermediateDirectories: true)
                guard rename(stagedPath(index), target) == 0 else {
                    throw FeedSyncError(.folder, "\(target) cannot be replaced: \(String(cString: strerror(errno)))")
                }
            }
            for name in entries.keys where files[name] == nil { unlink("\(path)/\(name)") }
            entries = files
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            try encoder.encode(files).write(to: URL(fileURLWithPath: "\(path)/\(Self.stateName)"), options: .atomic)
        } catch let error as FeedSyncError {
            throw error
        } catch {
            throw FeedSyncError(.folder, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
