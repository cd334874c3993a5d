import ScanModel

/// Collects what the files of a snap say: the snap itself, and the Ubuntu packages that it was put together from.
struct SnapPackages {
    private var records = PackageRecords(.snap)

    /// The snap itself.
    mutating func addSnap(name: String?, version: String?, arch: String? = nil) {
        guard let name, let version, PackageRecords.isSound(name), PackageRecords.isSound(version) else {
            records.addDamaged()
            return
        }
        records.add(Package(type: .snap, name: name, version: version, arch: Self.sound(arch), group: "snap"))
    }

    /// `name=version` or `name:arch=version`.
    mutating func addStaged(_ entry: String) {
        guard entry.utf8.count <= 1024, let equals = entry.firstIndex(of: "=") else {
            records.addDamaged()
            return
        }
        let name = entry[..<equals].split(separator: ":", maxSplits: 1).map(String.init)
        addStaged(
            name: name.first ?? "",
            version: String(entry[entry.index(after: equals)...]),
            arch: name.count == 2 ? name[1] : nil
        )
    }

    /// A package of Ubuntu's: its group says so, for the image around the snap may be of another distribution.
    mutating func addStaged(name: String, version: String, arch: String?) {
        guard PackageRecords.isSound(name), PackageRecords.isSound(version) else {
            records.addDamaged()
            return
        }
        records.add(
            Package(
                type: .deb,
                name: name,
                version: version,
                arch: Self.sound(arch),
                source: SourcePackage(name: name, version: version),
                group: "ubuntu"
            )
        )
    }

    var file: CatalogedFile { records.file }

    private static func sound(_ text: String?) -> String {
        text.flatMap { PackageRecords.isSound($0) ? $0 : nil } ?? ""
    }
}
