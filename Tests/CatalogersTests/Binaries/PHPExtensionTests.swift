import Bytes
import Catalogers
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

/// The texts around versions are as `strings` shows them of Debian 12's extensions for PHP 8.2.
@Suite("Extensions of PHP")
struct PHPExtensionTests {
    private static let folder = "usr/local/lib/php/extensions/no-debug-non-zts-20220829"

    private static func library(_ text: String) -> [UInt8] {
        [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + Array((text + "\0").utf8)
    }

    @Test(
        "An extension has the version in its module's entry, and the name that distributions give it",
        arguments: [
            ("calendar", "cal_info\0\08.2.36\0API20220829,NTS\0", "php-calendar 8.2.36"),
            ("redis", "phpredis\06.0.2\0\0API20230831,NTS\0", "php-redis 6.0.2"),
            ("imagick", "\03.8.0RC2\0API20240924,TS\0", "php-imagick 3.8.0RC2"),
            ("xdebug", "\03.4.0-dev\0API20230831,NTS,debug\0", "php-xdebug 3.4.0-dev"),
            ("opcache", "API20220829,NTS\0frankenphp\08.2.36\0Zend Technologies\0http://", "php-opcache 8.2.36"),
            ("opcache", "API20220829,NTS\0Zend OPcache\08.2.36\0blacklist\0", "php-opcache 8.2.36"),
            ("zip", "API20220829,NTS\0%s%s\0\01.21.1\0Zip version\01.7.3\0Lib", "php-zip 1.21.1"),
            ("mysqlnd", "API Extensions\0API20220829,NTS\0mysqlnd 8.2.36\0All", "php-mysqlnd 8.2.36"),
        ]
    )
    func versions(name: String, text: String, package: String) throws {
        let found = try catalog("\(Self.folder)/\(name).so", Self.library(text))
        #expect(found.names == [package])
        #expect(found.packages.allSatisfy { $0.package.type == .binary && !$0.package.hashes.isEmpty })
    }

    @Test("Other libraries, other files and modules without a version say nothing")
    func others() throws {
        let path = "\(Self.folder)/a.so"
        let entry = "\u{0}1.2.3\u{0}API20220829,NTS"
        let texts = ["\u{0}1.2.3\u{0}", "\u{0}x1.2.3\u{0}API20220829,NTS", "\u{0}1.2.3 API20220829,NTS"]
        for bytes in texts.map(Self.library) + [Array(entry.utf8), [], [0x7f]] {
            #expect(try catalog(path, bytes).names == [])
            #expect(try catalog(path, bytes).problems == [])
        }
        for place in ["usr/lib/apache2/modules/a.so", "usr/lib/php/a.so", "\(Self.folder)/a.so.1"] {
            #expect(Catalogers.selection.catalogers(for: LayerPath(place)).isEmpty)
        }
        for place in ["usr/lib/php/20220829", "usr/lib64/php/modules", "opt/bitnami/php/lib/php/extensions"] {
            #expect(try catalog("\(place)/a.so", Self.library(entry)).names == ["php-a 1.2.3"])
        }
    }

    @Test("PHP itself as a library is no extension")
    func itself() throws {
        var tar = TarBuilder()
        for name in ["libphp", "libphp8.2"] {
            let text = "\u{0}8.2.36\u{0}API20220829,NTS\u{0}X-Powered-By: PHP/8.2.36"
            tar.file("usr/local/php/lib/\(name).so", Self.library(text))
        }
        let inventory = InventoryFold.fold([try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil)])
        #expect(inventory.packages.map { "\($0.package.name) \($0.package.version)" } == ["libphp 8.2.36"])
    }

    @Test("What PECL or the distribution has installed is listed once, by its registry")
    func installed() throws {
        let redis = "\(Self.folder)/redis.so"
        let files =
            #"a:2:{s:7:"LICENSE";a:1:{s:4:"role";s:3:"doc";}s:8:"redis.so";a:2:{s:4:"role";s:3:"ext";"#
            + #"s:11:"installedas";s:\#(redis.utf8.count + 1):"/\#(redis)";}}"#
        let registry =
            #"a:4:{s:4:"name";s:5:"redis";s:7:"channel";s:12:"pecl.php.net";s:7:"version";s:5:"6.0.2";"#
            + #"s:8:"filelist";\#(files)}"#
        let reg = "usr/local/lib/php/.registry/.channel.pecl.php.net/redis.reg"
        #expect(try catalog(reg, registry).ownerships == [Ownership(owner: "redis", paths: [LayerPath(redis)])])
        var tar = TarBuilder()
        tar.file(reg, registry)
        tar.file(redis, Self.library("\u{0}6.0.2\u{0}API20220829,NTS"))
        tar.file("\(Self.folder)/gd.so", Self.library("\u{0}8.2.36\u{0}API20220829,NTS"))
        tar.file("usr/lib/php/20220829/exif.so", Self.library("\u{0}8.2.36\u{0}API20220829,NTS"))
        tar.file("var/lib/dpkg/status", "Package: php8.2-common\nStatus: install ok installed\nVersion: 8.2.36-1\n\n")
        tar.file("var/lib/dpkg/info/php8.2-common.list", "/usr/lib/php/20220829/exif.so\n")
        let inventory = InventoryFold.fold([try LayerScanner().scan(ArrayProducer(tar.archive), expected: nil)])
        #expect(
            inventory.packages.map { "\($0.package.type.rawValue) \($0.package.name) \($0.package.version)" } == [
                "binary php-gd 8.2.36", "deb php8.2-common 8.2.36-1", "php-pecl redis 6.0.2",
            ]
        )
    }
}
