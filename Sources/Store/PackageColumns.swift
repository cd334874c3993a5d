import Postgres
import ScanModel

/// A package of the fleet with the distribution it belongs to, as their rows state them.
struct PackageColumns {
    /// The columns, of `packages` joined with `distros`.
    static let list = """
        packages.type, packages.name, packages.version, packages.arch, packages.source_name, packages.source_version,
            packages.package_group, packages.module, distros.distro_id, distros.version_id, distros.name,
            distros.codename, distros.id_like
        """

    let package: Package
    let distro: Distro?

    /// Reads the columns of ``list`` from `column` on.
    init(_ row: PostgresRow, from column: Int) throws {
        var source: SourcePackage?
        if let name = try row.optionalString(column + 4), let version = try row.optionalString(column + 5) {
            source = SourcePackage(name: name, version: version)
        }
        package = Package(
            type: PackageType(rawValue: try row.string(column)),
            name: try row.string(column + 1),
            version: try row.string(column + 2),
            arch: try row.string(column + 3),
            source: source,
            group: try row.optionalString(column + 6),
            module: try row.optionalString(column + 7)
        )
        distro = try row.optionalString(column + 8).map { id in
            Distro(
                id: id,
                versionID: try row.string(column + 9),
                name: try row.string(column + 10),
                idLike: try row.strings(column + 12),
                codename: try row.optionalString(column + 11)
            )
        }
    }

    var purl: String { package.purl(distro: distro) }
}
