import Bytes
import ScanModel

/// Extensions of PHP that were compiled into an image, as those of Docker's official images are.
///
/// Each is a package of PHP's own version or of PECL's, called like the packages that distributions make of it:
/// `php-redis`, not `redis`, which is a server with other flaws. Where a package manager has the file, or PECL's registry,
/// the inventory leaves it out.
struct PHPExtensionCataloger: Cataloger {
    let name = CatalogerName.phpExtension
    let version = 2
    let maxFileBytes = EvidenceBound.binary
    /// `lib/php/extensions/no-debug-non-zts-20230831/redis.so`, and where distributions and Bitnami have them:
    /// `lib/php/20230831/redis.so`, `lib64/php/modules/redis.so`, `lib/php/extensions/redis.so`.
    let selectors: [PathSelector] = [.pattern("php/extensions/*/*.so"), .pattern("php/*/*.so")]

    private static let shape = VersionShape(
        numbers: 2...4,
        endings: ["-dev", "-alpha#", "-beta#", "-RC#", "-rc#", "alpha#", "beta#", "RC#", "rc#", "b#", "dev"]
    )
    /// The end of a module's entry (PHP, zend_modules.h): its version and `API20230831,NTS`.
    private static let module: BinaryPattern = [
        .zeros, .version(shape), .zeros, "API20", .one(.digit), .one(.digit),
    ]
    /// How Zend's own extensions begin (zend_extensions.h): name, version, author.
    private static let zend: BinaryPattern = [.zeros, .version(shape), .zeros, "Zend Technologies"]
    /// Those extensions whose strings stand in another order.
    private static let others: [String: BinaryPattern] = [
        "opcache": [.zeros, .version(VersionShape(numbers: 3...3, endings: ["alpha#", "beta#", "RC#"])), "\0"],
        "mysqlnd": ["mysqlnd ", .version(shape), "\0"], "zip": [.zeros, .version(shape), .zeros, "Zip version"],
    ]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let stem = String(String(decoding: file.path.name, as: UTF8.self).dropLast(3))
        // PHP itself as a library, with all that was compiled into it, may stand in a `php/lib`.
        // A module has megabytes: it is searched where it lies, within the calls.
        guard !stem.hasPrefix("libphp"), file.bytes.withUnsafeBytes({ ExecutableMagic.matches($0) }) else {
            return CatalogedFile()
        }
        var packages = PackageRecords(.binary)
        let isCutShort = file.bytes.withUnsafeBytes { buffer in
            var search = BinarySearch(buffer, named: [])
            // What is no module of PHP may lie beside them.
            guard search.holds(Self.api) else { return false }
            for pattern in [Self.module, Self.zend] + [Self.others[stem]].compactMap(\.self) {
                guard let place = search.version(pattern) else { continue }
                packages.add(name: "php-\(stem)", version: String(decoding: buffer[place], as: UTF8.self))
                break
            }
            return search.isCutShort
        }
        var found = packages.file
        if isCutShort { found.problems.append("the search for a version was given up: too many likely places") }
        if !found.packages.isEmpty {
            let hashes = file.bytes.sha256
            for index in found.packages.indices { found.packages[index].package.hashes = hashes }
        }
        return found
    }

    private static let api = TextSearch(Array("API20".utf8))
}
