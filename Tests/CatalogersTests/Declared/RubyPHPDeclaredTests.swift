import Bytes
import ScanModel
import Testing

@testable import Catalogers

@Suite("Bundler's and Composer's lock files")
struct RubyPHPDeclaredTests {
    @Test("Specs of every kind of source count, with the platform apart, and what they depend on does not")
    func gemfile() throws {
        let found = try declare(
            "Gemfile.lock",
            """
            GIT
              remote: https://host/x.git
              revision: abc
              specs:
                x (0.1.0)
                  rack (>= 1)
            PATH
              remote: .
              specs:
                own (1.0.0)
            GEM
              remote: https://host/
              specs:
                nokogiri (1.15.4)
                nokogiri (1.15.4-x86_64-linux)
                  racc (~> 1.4)
                rack (3.0.8)
            PLATFORMS
                ruby (1.0)
            DEPENDENCIES
              rack
            CHECKSUMS
              rack (3.0.8) sha256=x
            BUNDLED WITH
               2.4.0
            """.replacing("\n", with: "\r\n")
        )
        #expect(found.names == ["x 0.1.0", "own 1.0.0", "nokogiri 1.15.4", "nokogiri 1.15.4", "rack 3.0.8"])
        #expect(found.packages.map(\.package.arch) == ["", "", "", "x86_64-linux", ""])
        #expect(found.problems == [])
    }

    @Test("Bundler's other name for its lock file is read as well")
    func gemsLocked() throws {
        let found = try declare("app/gems.locked", "GEM\n  remote: https://host/\n  specs:\n    sinatra (3.0.0)\n")
        #expect(found.names == ["sinatra 3.0.0"])
    }

    @Test("A gemspec among sources names its gem where it states a version, and an installed one is read once")
    func gemspec() throws {
        let text = "Gem::Specification.new do |s|\n  s.name = \"k\"\n  s.version = %@\nend\n"
        let path = "app/vendor/bundle/ruby/3.1.0/bundler/gems/k-abc/k.gemspec"
        #expect(try declare(path, text.replacing("%@", with: "\"1.2\"")).names == ["k 1.2"])
        let computed = try declare(path, text.replacing("%@", with: "K::VERSION"))
        #expect(computed.names == [])
        #expect(computed.problems == [])
        let installed = GemspecCataloger().catalog(
            EvidenceFile(
                path: LayerPath("usr/lib/ruby/gems/3.1.0/specifications/k-1.2.gemspec"),
                bytes: FileBytes(Array(text.replacing("%@", with: "'1.2'").utf8))
            )
        )
        #expect(installed.names == [])
    }

    @Test("Composer: the lock's packages without those of development, and both forms of what is installed")
    func composer() throws {
        let package = #"{"name": "adoy/fastcgi-client", "version": "1.0.2", "license": ["MIT"], "extra": []}"#
        let lock = try declare(
            "composer.lock",
            #"{"packages": [\#(package), 7], "packages-dev": [{"name": "d/d", "version": "1"}]}"#
        )
        #expect(lock.names == ["adoy/fastcgi-client 1.0.2"])
        #expect(lock.problems.count == 1)
        for text in ["[\(package)]", #"{"packages": [\#(package)], "dev": true, "dev-package-names": []}"#] {
            let installed = try catalog("srv/vendor/composer/installed.json", text)
            #expect(installed.names == ["adoy/fastcgi-client 1.0.2"])
            #expect(installed.packages.first?.package.licenses == ["MIT"])
            #expect(installed.packages.first?.package.type == .phpComposer)
            #expect(installed.packages.first?.package.purl(distro: nil) == "pkg:composer/adoy/fastcgi-client@1.0.2")
        }
    }

    @Test("Another program's installed.json is no gap, a broken one of Composer is")
    func otherInstalled() throws {
        for text in ["{", "7", #"{"apps": []}"#] {
            #expect(try catalog("opt/tool/installed.json", text).problems == [])
            #expect(try catalog("vendor/composer/installed.json", text).problems.count == 1)
        }
    }

    /// As PEAR writes it; the form after Syft's test data.
    private static let memcached =
        #"a:5:{s:4:"name";s:9:"memcached";%@s:4:"date";s:10:"2022-01-11";s:7:"version";a:2:{s:7:"release";s:5:"3.2.0";s:3:"api";s:5:"3.1.0";}s:7:"license";a:2:{s:7:"attribs";a:1:{s:3:"uri";s:1:"x";}s:8:"_content";s:11:"PHP License";}}"#

    @Test("PEAR's registry names the channel, in the package or by its folder")
    func pear() throws {
        let named = Self.memcached.replacing("%@", with: #"s:7:"channel";s:12:"pecl.php.net";"#)
        let unnamed = Self.memcached.replacing("a:5:", with: "a:4:").replacing("%@", with: "")
        for (path, text, type, channel) in [
            ("usr/share/php/.registry/memcached.reg", named, PackageType.phpPECL, "pecl.php.net"),
            ("usr/share/php/.registry/.channel.pecl.php.net/memcached.reg", unnamed, .phpPECL, "pecl.php.net"),
            ("usr/share/php/.registry/memcached.reg", unnamed, .phpPEAR, "pear.php.net"),
        ] {
            let found = try catalog(path, text)
            #expect(found.names == ["memcached 3.2.0"])
            #expect(found.problems == [])
            let package = try #require(found.packages.first?.package)
            #expect(package.type == type)
            #expect(package.licenses == ["PHP License"])
            #expect(package.purl(distro: nil) == "pkg:pear/\(channel)/memcached@3.2.0")
        }
    }

    @Test(
        "A registry file that is not what it should be is a problem",
        arguments: [
            "", "a:0:{}", "a:1:{", "s:1:\"x\";", "a:999999999:{", #"a:1:{s:4:"name";s:999999999:"x";}"#,
            #"a:1:{s:4:"name";s:99999999999999999999:"x";}"#, #"a:1:{s:4:"name";s:1:"x";}"#, "a:1:{i:0;a:1:{i:0;N;}",
            String(repeating: "a:1:{i:0;", count: 100_000),
        ]
    )
    func damagedPEAR(text: String) throws {
        let found = try catalog("usr/share/php/.registry/x.reg", text)
        #expect(found.names == [])
        #expect(found.problems.count == 1)
    }
}
