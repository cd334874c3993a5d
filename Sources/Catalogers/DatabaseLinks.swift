package import ScanModel

extension EvidenceSelection {
    /// Where package managers of distributions have what they installed: a folder, and files in it that are read.
    private static let databases: [(folder: String, files: [String])] = [
        ("var/lib/dpkg", ["status", "status.d/x"]), ("usr/lib/sysimage/dpkg", ["status"]),
        ("lib/apk", ["db/installed"]), ("usr/lib/apk", ["db/installed"]),
        ("var/lib/rpm", ["rpmdb.sqlite", "Packages.db", "Packages"]),
        ("usr/lib/sysimage/rpm", ["rpmdb.sqlite", "Packages.db", "Packages"]),
        ("usr/share/rpm", ["rpmdb.sqlite", "Packages.db", "Packages"]),
        ("var/lib/pacman", ["local/x-1-1/desc"]), ("var/db/pkg", ["x/x-1/CONTENTS"]),
    ]

    /// Why the database to which a link leads its package manager is not read, if that is so.
    ///
    /// Links are not followed: what they lead to is read where it stands, if databases do stand there. So the links between
    /// the places that distributions have for one database are none of those.
    package func unreadDatabase(behind link: LayerPath, to target: [UInt8]) -> String? {
        let slash = UInt8(ascii: "/")
        for database in Self.databases where link.bytes.starts(with: database.folder.utf8) {
            for file in database.files {
                let place = Array("\(database.folder)/\(file)".utf8)
                // The link is the folder, the file, or a folder between them.
                guard place.starts(with: link.bytes) else { continue }
                let rest = place[link.bytes.count...]
                guard rest.first ?? slash == slash else { continue }
                let parts = Self.parts(of: target, from: link) + rest.split(separator: slash)
                let real = LayerPath(clean: Array(parts.joined(separator: [slash])))
                let readers = catalogers(for: LayerPath(clean: place))
                guard !readers.isEmpty, Set(readers).isDisjoint(with: catalogers(for: real)) else { continue }
                return "a link to \(String(decoding: target, as: UTF8.self)), where no package database is read"
            }
        }
        return nil
    }

    /// The parts of the path that a link means; above the root is the root (path_resolution(7)).
    private static func parts(of target: [UInt8], from link: LayerPath) -> [ArraySlice<UInt8>] {
        let slash = UInt8(ascii: "/")
        var parts = target.first == slash ? [] : Array(link.bytes.split(separator: slash).dropLast())
        for part in target.split(separator: slash) where !part.elementsEqual(".".utf8) {
            if part.elementsEqual("..".utf8) { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts
    }
}
