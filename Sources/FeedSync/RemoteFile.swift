import Bytes
import Foundation
import XMLStream

/// A file of a feed: where it is and what it is called here.
struct RemoteFile: Sendable {
    /// Safe names with slashes between.
    var name: String
    var address: FeedAddress
    /// Whether the feed is whole without it.
    var isOptional = false
}

/// Finds out which files a feed has just now.
struct FeedResolver: Sendable {
    let client: FeedClient
    let thisYear: Int

    /// The files of `source`.
    func files(of source: FeedSource) async throws -> [RemoteFile] {
        switch source {
        case .file(let address, let name, let isOptional):
            [RemoteFile(name: name, address: try FeedAddress(address), isOptional: isOptional)]
        case .years(let address, let name, let first):
            try (first...max(first, thisYear)).map { year in
                RemoteFile(
                    name: name.replacing("YEAR", with: "\(year)"),
                    address: try FeedAddress(address.replacing("YEAR", with: "\(year)")),
                    isOptional: year == thisYear
                )
            }
        case .page(let address, let endings, let depth):
            try await listing(of: try FeedAddress(address), depth: depth)
                .filter { file in endings.contains { file.name.hasSuffix($0) } }
        case .pointer(let address, let name): [try await pointed(from: try FeedAddress(address), as: name)]
        case .repository(let address, let name): [try await updateInfo(of: try FeedAddress(address), as: name)]
        case .releases(let address, let below, let name):
            try await releases(try FeedAddress(address), below: below, as: name)
        case .mirrorList(let address, let name, let isOptional):
            try await mirrored(try FeedAddress(address), as: name, isOptional: isOptional)
        }
    }

    /// What a folder's page links to, and the pages of the folders below it.
    func listing(of folder: FeedAddress, depth: Int) async throws -> [RemoteFile] {
        var files: [RemoteFile] = []
        var pending: [(address: FeedAddress, path: String, depth: Int)] = [(folder.folder, "", depth)]
        var pages = 0
        while let next = pending.popLast() {
            let entries = PageLinks.entries(of: next.address, in: try await client.page(next.address))
            for name in entries.files {
                guard let address = next.address.following(name.asPathSegment) else { continue }
                files.append(RemoteFile(name: next.path + name, address: address))
            }
            pages += 1
            // Folders that lead on and on to others need have no file at all.
            guard max(files.count, pending.count, pages) <= client.options.maxFiles else {
                throw FeedSyncError(.tooLarge, "\(folder): more than \(client.options.maxFiles) files or folders")
            }
            guard next.depth > 0 else { continue }
            for name in entries.folders {
                guard let address = next.address.following(name.asPathSegment + "/") else { continue }
                pending.append((address, next.path + name + "/", next.depth - 1))
            }
        }
        return files.sorted { $0.name < $1.name }
    }

    private func pointed(from address: FeedAddress, as name: String) async throws -> RemoteFile {
        let text = String(decoding: try await client.page(address).prefix(1000), as: UTF8.self)
        let target = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard SafeName.isSafe(target), let file = address.following(target.asPathSegment) else {
            throw FeedSyncError(.unusable, "\(address): names no file")
        }
        return RemoteFile(name: name, address: file)
    }

    /// The file of bulletins that a repository's `repomd.xml` names.
    private func updateInfo(of repository: FeedAddress, as name: String) async throws -> RemoteFile {
        let base = repository.folder
        guard let index = base.following("repodata/repomd.xml") else {
            throw FeedSyncError(.usage, "\(repository): not a repository")
        }
        guard let location = Self.updateInfo(in: try await client.page(index)) else {
            throw FeedSyncError(.missing, "\(index): names no updateinfo")
        }
        guard let file = base.following(location), base.path(to: file) != nil else {
            throw FeedSyncError(.unusable, "\(index): updateinfo outside its repository")
        }
        let ending = [".gz", ".xz", ".zst", ".bz2"].first { location.hasSuffix($0) } ?? ""
        return RemoteFile(name: name + ending, address: file)
    }

    /// The `location` of the `data` of type `updateinfo`; `nil` where there is none or the index is damaged.
    static func updateInfo(in index: [UInt8]) -> String? {
        let reader = XMLReader(ArrayProducer(index))
        var isInside = false
        while let event = try? reader.next() {  // A damaged index names nothing.
            guard case .start(let element) = event else { continue }
            if element.name == "data" { isInside = element["type"] == "updateinfo" }
            if isInside, element.name == "location", let href = element["href"] { return href }
        }
        return nil
    }

    private func releases(_ address: FeedAddress, below: String, as name: String) async throws -> [RemoteFile] {
        let folder = address.folder
        var files: [RemoteFile] = []
        for release in PageLinks.entries(of: folder, in: try await client.page(folder)).folders {
            guard release.utf8.count <= 4, release.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
                let repository = folder.following("\(release)/\(below)")
            else { continue }
            files.append(try await updateInfo(of: repository, as: name.replacing("RELEASE", with: release)))
        }
        return files
    }

    private func mirrored(_ address: FeedAddress, as name: String, isOptional: Bool) async throws -> [RemoteFile] {
        do {
            let lines = String(decoding: try await client.page(address), as: UTF8.self).split(
                whereSeparator: \.isNewline
            )
            guard let first = lines.lazy.compactMap({ try? FeedAddress(String($0)) }).first else {  // Not an address.
                throw FeedSyncError(.unusable, "\(address): names no mirror")
            }
            return [try await updateInfo(of: first, as: name)]
        } catch let error as FeedSyncError where isOptional && error.code == .missing {
            return []
        }
    }
}

extension String {
    /// The name with what must not stand in a path's segment written with percent signs.
    var asPathSegment: String {
        var allowed = CharacterSet.urlPathAllowed
        allowed.remove(charactersIn: "/:;")
        return addingPercentEncoding(withAllowedCharacters: allowed) ?? self
    }
}
