import ScanModel

/// Which findings in programs are left out, because something better informed speaks for the same files.
struct BinaryPrecedence {
    private struct Named: Hashable {
        let type: PackageType
        let name: String
    }

    private static let catalogers: Set<String> = [
        CatalogerName.binary, CatalogerName.elfPackage, CatalogerName.jvm, CatalogerName.kernel, CatalogerName.pe,
        CatalogerName.phpExtension,
    ]

    /// OS packages that a database lists, by their own name and by that of their source.
    private var listed: Set<Named> = []
    /// The roots of Java installations that say themselves what they are.
    private var javaRoots: Set<LayerPath> = []
    /// The programs that Bitnami's documents speak for, by the folders that they stand in.
    private var components: [LayerPath: Set<String>] = [:]
    /// What components hold that programs are known by otherwise.
    private static let programs: [String: Set<String>] = [
        "apache": ["httpd"], "golang": ["go"], "java": ["graalvm", "jdk", "jre", "openjdk"],
        "mariadb-client": ["mariadb"], "mariadb-galera": ["mariadb"], "mysql": ["mysql-server"],
        "mysql-client": ["mysql"], "nodejs": ["node"], "php": ["libphp", "php-cli", "php-fpm"],
        "postgresql-client": ["postgresql"], "postgresql-repmgr": ["postgresql"], "redis-cluster": ["redis"],
        "redis-sentinel": ["redis"],
    ]

    init(_ visible: [InventoryFold.Visible]) {
        let hasNotes = visible.contains { $0.evidence.cataloger == CatalogerName.elfPackage }
        for item in visible where !item.evidence.packages.isEmpty {
            switch item.evidence.cataloger {
            case CatalogerName.jvm: if let root = item.evidence.path.parent { javaRoots.insert(root) }
            case CatalogerName.bitnami:
                guard let folder = item.evidence.path.parent else { continue }
                for package in item.evidence.packages {
                    let name = package.package.name
                    components[folder, default: []].formUnion(Self.programs[name] ?? [])
                    components[folder, default: []].insert(name)
                }
            case CatalogerName.elfPackage, CatalogerName.snapManifest, CatalogerName.snapList, CatalogerName.debArchive,
                CatalogerName.rpmArchive:
                break
            default:
                // Notes alone are held against it.
                guard hasNotes else { continue }
                for package in item.evidence.packages.map(\.package) where package.type.isOS {
                    listed.insert(Named(type: package.type, name: package.name))
                    if let source = package.source { listed.insert(Named(type: package.type, name: source.name)) }
                }
            }
        }
    }

    /// Whether `package`, found in `evidence`, is left out of the inventory.
    ///
    /// The file's owner is an OS package, which its distribution answers for, or a .NET package that names it (nobody
    /// answers for Nix' packages: a program of theirs stays, with its owner); or a note names a package that the OS's
    /// database lists anyway (notes have the name of the source); or a Java program stands in an installation that is
    /// reported as a whole; or Bitnami names the program, in a document of a folder above it.
    func drops(_ package: Package, in evidence: Evidence, owner: String?) -> Bool {
        guard Self.catalogers.contains(evidence.cataloger) else { return false }
        if owner != nil { return FileOwners.nixStorePath(of: evidence.path) == nil }
        switch evidence.cataloger {
        case CatalogerName.elfPackage:
            return listed.contains(Named(type: package.type, name: package.name))
        case CatalogerName.binary:
            return !javaRoots.isEmpty && evidence.path.ancestors.contains(where: javaRoots.contains)
                || isComponent(package, at: evidence.path)
        case CatalogerName.jvm: return isComponent(package, at: evidence.path)
        default: return false
        }
    }

    /// Whether a document in a folder above `path` speaks for the program.
    private func isComponent(_ package: Package, at path: LayerPath) -> Bool {
        !components.isEmpty && path.ancestors.contains { components[$0]?.contains(package.name) == true }
    }
}
