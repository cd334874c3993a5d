import Bytes
import Catalogers
import ScanModel
import TallymanTesting
import Testing

/// The texts around versions are as `strings` shows them of the programs named, from their official images.
@Suite("Binaries without a package manager")
struct BinaryTests {
    @Test(
        "Runtimes and servers are known by their file's name and the texts around their version",
        arguments: [
            ("usr/local/bin/python3.11", "\0" + "3.11.2\0", "python 3.11.2"),
            ("usr/local/lib/libpython3.13.so.1.0", "/versions/3.13.0\0", "python 3.13.0"),
            ("opt/pypy/bin/libpypy3.9-c.so", "[PyPy 7.3.14 with GCC", "pypy 7.3.14"),
            ("usr/local/bin/node", "\0node.js/v22.9.0\0", "node 22.9.0"),
            ("usr/lib/x86_64-linux-gnu/libnode.so.108", "\0node.js/v18.20.4\0", "node 18.20.4"),
            ("usr/local/bin/node", "\0v0.12.18\0NODE_PATH\0", "node 0.12.18"),
            ("usr/local/lib/libruby.so.3.2", "ruby 3.2.1 (2023-02-08 revision 31819e82c8)", "ruby 3.2.1"),
            ("usr/local/bin/ruby", "ruby 2.7.7p221 (2022", "ruby 2.7.7p221"),
            ("usr/local/sbin/php-fpm", "X-Powered-By: PHP/8.3.0RC2\0", "php-fpm 8.3.0RC2"),
            ("usr/local/bin/php", "X-Powered-By: PHP/8.2.1\0", "php-cli 8.2.1"),
            ("usr/lib/apache2/modules/libphp.so", "X-Powered-By: PHP/8.2.1\0", "libphp 8.2.1"),
            ("opt/redis-server", "\0x7.0.14buildkitsandbox-1702957741000000000\0", "redis 7.0.14"),
            ("opt/redis-server", "\0x4.0.11841ce7054bd9-1542359302000000000\0", "redis 4.0.11"),
            ("usr/bin/redis-check-rdb", "err\0" + "7.0.15\0c11-builtin\0", "redis 7.0.15"),
            ("usr/bin/redis-check-aof", "err\0" + "7.0.15\0c11-builtin\0", "redis 7.0.15"),
            ("usr/bin/redis-sentinel", "err\0" + "7.0.15\0c11-builtin\0", "redis 7.0.15"),
            ("opt/redis-server", "err\0" + "7.0.15\0c11-builtin\0", "redis 7.0.15"),
            ("opt/postgres", "\0PostgreSQL 15beta4", "postgresql 15beta4"),
            ("opt/postgres", "\0PostgreSQL 9.6.24 on x86", "postgresql 9.6.24"),
            ("opt/nginx", "\0nginx version: openresty/1.21.4.1", "nginx 1.21.4"),
            ("opt/busybox", "\0BusyBox v1.36.1 (2023", "busybox 1.36.1"),
            ("bin/[", "\0BusyBox v1.36.1 (2023", "busybox 1.36.1"),
            ("opt/openssl", "\0OpenSSL 1.1.1w  11 Sep 2023", "openssl 1.1.1w"),
            ("opt/openssl", "\0OpenSSL 1.1.1 (compatible; AWS-LC 1.69.0)\0", "aws-lc 1.69.0"),
            ("opt/haproxy", "HAProxy version 2.4-dev5-1a2b3c4, released 2021", "haproxy 2.4-dev5"),
            (
                "opt/vault", "016x1.14.101.49.22123-abc github.com/hashicorp/vault/sdk",
                "github.com/hashicorp/vault 1.14.10"
            ),
            ("opt/deno", "deno-canary/" + String(repeating: "a", count: 40) + "1.11.3dl", "deno 1.11.3"),
            ("opt/deno", "\0" + "1.10.3" + String(repeating: "1", count: 40) + "DENO", "deno 1.10.3"),
            ("opt/libstd-6f77337c1826707d.so", "\0clang LLVM (rustc version 1.67.1 (d5a82bbd2 20", "rust 1.67.1"),
            ("opt/libjulia-internal.so.1.10.11", "\0__init__\0" + "1.10.11\0verify_methods\0", "julia 1.10.11"),
            ("opt/libjulia-internal.so.1.13.0", "\0_unpack\0" + "1.13.0-beta3\0branch\0", "julia 1.13.0-beta3"),
            ("opt/libjulia.so.1.8", "%s`\0" + "1.8.5\0julia version %s", "julia 1.8.5"),
            ("opt/libQt5Core.so.5.15.2", "\0\0Qt 5.15.2 (x86_64", "qtbase 5.15.2"),
            ("opt/traefik", "\u{7}2.10.7\0$a github.com/traefik/traefik/v2", "traefik 2.10.7"),
            ("opt/mariadb", "\0" + "10.6.15-MariaDB\0", "mariadb 10.6.15"),
            ("opt/gzip", "%s: %s: not in gzip format\0" + "1.12\0", "gzip 1.12"),
            ("opt/beam.smp", "Erlang/OTP 17%s [erts-6.4]\0" + "17.5.6.9\0", "erlang 17.5.6.9"),
        ]
    )
    func known(path: String, text: String, expected: String) {
        #expect(programs(path, text) == [expected])
    }

    @Test(
        "A likely text under another name, or a likely name without the text, is nothing",
        arguments: [
            ("opt/mytool", "\0node.js/v22.9.0\0"), ("opt/nodejs-tool", "\0node.js/v22.9.0\0"),
            ("opt/python3.11", "\0" + "3.12.1\0"), ("opt/python3", "\0" + "3.11.2\0"),
            ("opt/python3.1", "\0" + "3.11.2\0"),
            ("opt/busybox", "another program"), ("opt/gzip", "BusyBox v1.37.0\0" + "1.0\0"),
            ("opt/nginx", "nginx version: "), ("opt/traefik", "go1.24.11\0"), ("opt/postgres", "PostgreSQL"),
            ("opt/redis-server", "\0" + "7.0.14buildkitsandbox-x"),
        ]
    )
    func unknown(path: String, text: String) {
        #expect(programs(path, text) == [])
    }

    @Test("Old MySQL Cluster servers have two versions, and both are reported")
    func cluster() {
        #expect(
            programs("opt/mysqld", "cluster-gpl\0" + "5.7.33-ndb-7.5.21\0")
                == ["mysql-server 5.7.33", "mysql-cluster 7.5.21"]
        )
    }

    @Test(
        "A Java launcher is what the texts around its release say",
        arguments: [
            ("opt/jdk/bin/java", "\0openjdk\0java\0" + "0.0\0" + "11.0.17+8-LTS\0", "openjdk 11.0.17+8-LTS"),
            ("opt/jdk/bin/java", "openjdk\0java\0" + "1.8\0" + "1.8.0_352-b08\0", "openjdk 1.8.0_352-b08"),
            ("opt/jdk/bin/java", "\0" + "0.0\0\0\0" + "11.0.22+7\0\0\0openjdk\0java\0", "openjdk 11.0.22+7"),
            ("opt/zulu17/bin/java", "openjdk\0java\0" + "0.0\0" + "17.0.9+8-LTS\0", "zulu 17.0.9+8-LTS"),
            ("opt/jre/bin/java", "java\0" + "1.8\0" + "1.8.0_451-b10\0", "jre 1.8.0_451-b10"),
            ("opt/graal/bin/java", "\0" + "20.0.1+9-jvmci-23.0-b12\0", "graalvm 20.0.1+9-jvmci-23.0-b12"),
        ]
    )
    func java(path: String, text: String, expected: String) {
        #expect(programs(path, text) == [expected])
    }

    @Test("Scripts and texts count where the program is one, executables where it is one")
    func kinds() {
        func found(_ path: String, _ text: String) -> [String] {
            catalogProgram(path, Array(text.utf8)).flatMap(\.names)
        }
        #expect(found("usr/bin/composer", "<?php 'pretty_version' => '2.6.5',") == ["composer 2.6.5"])
        #expect(found("usr/bin/elixir", "#!/bin/sh\nELIXIR_VERSION=1.17.0-rc.1\n") == ["elixir 1.17.0-rc.1"])
        #expect(found("usr/local/go/VERSION", "go1.21.5\ntime 2023") == ["go 1.21.5"])
        #expect(found("opt/go/VERSION", "devel go1.25-d524e1e Sun") == ["go 1.25-d524e1e"])
        #expect(found("srv/VERSION", "built with go1.21.5\n") == [])
        #expect(found("usr/bin/node", "#!/bin/sh\n# node.js/v22.9.0\n") == [])
    }

    @Test("purls and CPEs are those by which advisories know the software")
    func identifiers() throws {
        func package(_ path: String, _ text: String) throws -> Package {
            try #require(catalogProgram(path, ProgramBytes.holding(text)).flatMap(\.packages).first).package
        }
        let openjdk = try package("opt/java", "openjdk\0java\0" + "1.8\0" + "1.8.0_352-b08\0")
        #expect(openjdk.purl(distro: nil) == "pkg:generic/oracle/openjdk@1.8.0_352-b08")
        #expect(openjdk.cpes == ["cpe:2.3:a:oracle:openjdk:1.8.0:update352:*:*:*:*:*:*"])
        let helm = try package("opt/helm", "\0v3.12.0\0\0helm.sh/helm/v3/cmd")
        #expect(helm.purl(distro: nil) == "pkg:golang/helm.sh/helm@3.12.0")
        let erlang = try package("opt/erlexec", "/src/otp_src_25.3.2.6/erts/")
        #expect(erlang.cpes == [#"cpe:2.3:a:erlang:erlang\/otp:25.3.2.6:*:*:*:*:*:*:*"#])
        let fluent = try package("opt/fluent-bit", "\0" + "3.0.2\0%sFluent Bit")
        #expect(fluent.purl(distro: nil) == "pkg:github/fluent/fluent-bit@3.0.2")
        let redis = try package("opt/redis-server", "Redis version 2.8.23")
        #expect(redis.cpes.count == 2)
        #expect(redis.type == .binary)
    }

    @Test("Damaged and random programs give packages or problems, never a trap")
    func damaged() {
        let texts = [
            ("opt/mysql", "\0" + "8.0.37\0\0mysql_real"), ("opt/grafana", "\0go1.21.8\0\0" + "11.0.0-preview\0\0x+DT"),
            ("opt/envoy", "\0" + "1.36.4\0x envoy_reloadable_features"), ("opt/deno", "Deno/1.2.3"),
            ("opt/java", "openjdk\0java\0" + "1.8\0" + "1.8.0_352-b08\0"), ("opt/python3.11", "\0" + "3.11.2\0"),
        ]
        var random = SeededRandom(seed: 7)
        for (path, text) in texts {
            let bytes = ProgramBytes.holding(text)
            for length in 4..<bytes.count { _ = catalogProgram(path, Array(bytes[..<length])) }
            for _ in 0..<200 {
                var copy = bytes
                for _ in 0...random.below(4) { copy[4 + random.below(copy.count - 4)] = UInt8(random.below(256)) }
                _ = catalogProgram(path, copy)
                // Bytes that patterns are made of meet them more often than others do.
                let alphabet = Array("0123.\0v-eny_".utf8)
                _ = catalogProgram(
                    path,
                    ProgramBytes.elf + (0..<200).map { _ in alphabet[random.below(alphabet.count)] }
                )
            }
        }
    }

    @Test("A file full of what a search looks for costs no more than its size, and what was given up is told")
    func hostile() {
        func program(full text: String, size: Int) -> [UInt8] {
            ProgramBytes.elf + repeated(Array(text.utf8), toFill: size)
        }
        let clock = ContinuousClock()
        let took = clock.measure {
            for text in ["envoy_", "1.1", "\0" + "1.30.1\0", "1.1.1.1.1.1.1.1", "9\0mysql", "\0", "1.11111111111-"] {
                let bytes = program(full: text, size: 125_000)
                for name in ["envoy", "grafana", "mysql", "redis-server"] {
                    _ = catalogProgram("opt/\(name)", bytes)
                }
            }
        }
        #expect(took < .seconds(30))
        let found = catalogProgram("opt/envoy", program(full: "envoy_", size: 500_000))
        #expect(found.flatMap(\.problems).contains { $0.hasPrefix("the search for a version was given up") })
    }
}
