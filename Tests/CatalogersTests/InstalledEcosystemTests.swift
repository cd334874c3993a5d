import Bytes
import Catalogers
import ScanModel
import Testing

@Suite("Installed packages of further ecosystems")
struct InstalledEcosystemTests {
    @Test(
        "Each evidence file gives its package",
        arguments: [
            (
                "usr/lib/R/library/stringr/DESCRIPTION",
                "Package: stringr\nTitle: x\nVersion: 1.5.0.9000\nLicense: MIT + file LICENSE\nDescription: y\n    z\n",
                "R-package stringr 1.5.0.9000"
            ),
            (
                "opt/conda/conda-meta/libgomp-11.2.0-h1234567_1.json",
                #"{"name":"libgomp","version":"11.2.0","license":"GPL-3.0-only","files":["lib/libgomp.so.1"]}"#,
                "conda libgomp 11.2.0"
            ),
            (
                "local/lib/perl5/x86_64-linux/.meta/libwww-perl-6.05/install.json",
                #"{"name":"LWP","version":"6.05","dist":"libwww-perl-6.05","provides":{}}"#, "cpan libwww-perl 6.05"
            ),
            (
                "srv/wp-content/plugins/akismet/akismet.php",
                "<?php\n/**\n * @package Akismet\n */\n/*\nPlugin Name: Akismet Anti-spam: Spam Protection\n"
                    + "Requires PHP: 5.6.20\nVersion: 5.3\nLicense: GPLv2 or later\n*/\n",
                "wordpress-plugin Akismet Anti-spam: Spam Protection 5.3"
            ),
            (
                "var/lib/pacman/local/gmp-6.2.1-2/desc",
                "%NAME%\ngmp\n\n%VERSION%\n6.2.1-2\n\n%ARCH%\nx86_64\n\n%LICENSE%\nLGPL3\nGPL\n", "alpm gmp 6.2.1-2"
            ),
            ("var/db/pkg/app-containers/skopeo-1.5.1/CONTENTS", "dir /usr\n", "portage app-containers/skopeo 1.5.1"),
            (
                "usr/local/lib/luarocks/rocks-5.1/lpeg/1.0.2-1/lpeg-1.0.2-1.rockspec",
                "package = \"LPeg\"\nversion = \"1.0.2-1\"\ndescription = { license = \"MIT/X11\" }\n",
                "lua-rocks LPeg 1.0.2-1"
            ),
            ("opt/homebrew/Cellar/jq/1.7.1/.brew/jq.rb", "class Jq < Formula\n", "homebrew jq 1.7.1"),
            (
                "usr/lib/opkg/info/dropbear.control", "Package: dropbear\nVersion: 2024.85-r0\n",
                "deb dropbear 2024.85-r0"
            ),
        ]
    )
    func packages(path: String, text: String, expected: String) throws {
        let found = try catalog(path, text)
        #expect(
            found.packages.map { "\($0.package.type.rawValue) \($0.package.name) \($0.package.version)" } == [expected]
        )
        #expect(found.problems == [])
    }

    @Test(
        "Patterns match whole parts at their own depth",
        arguments: [
            ("var/lib/pacman/local/gmp-1-1/desc", true), ("mnt/var/lib/pacman/local/gmp-1-1/desc", true),
            ("var/lib/pacman/local/desc", false), ("xvar/lib/pacman/local/gmp-1-1/desc", false),
            ("wp-content/plugins/a/a.php", true), ("wp-content/plugins/a/inc/a.php", false),
            ("wp-content/plugins/a.php", false), ("a.php", false), ("a/.rockspec", false), ("rockspec", false),
            ("plugins/a/.php", false), ("local/DESCRIPTION", true), ("local/description", false),
        ]
    )
    func patterns(path: String, isEvidence: Bool) {
        #expect(Catalogers.selection.catalogers(for: LayerPath(path)).isEmpty != isEvidence)
    }

    @Test("Files that only share their name say nothing and are no problem")
    func others() throws {
        for (path, text) in [
            ("a/DESCRIPTION", "Unnamed repository; edit this file\n"), ("a/DESCRIPTION", "Package: x\n"),
            ("wp-content/plugins/a/index.php", "<?php\n// Silence is golden.\n"),
            ("wp-content/plugins/a/a.php", "<?php\n$x = 'Plugin Name: x'; Version: 1\n"),
        ] {
            let found = try catalog(path, text)
            #expect(found.names == [])
            #expect(found.problems == [])
        }
    }

    // Documents as the images of postgresql and render-template have them, shortened.
    @Test("Bitnami's documents give its own components, and not what else they name")
    func bitnami() throws {
        let found = try catalog(
            "opt/bitnami/postgresql/.spdx-postgresql.spdx",
            #"""
            {"spdxVersion":"SPDX-2.3","packages":[
            {"name":"PostgreSQL","versionInfo":"17.2.0-8","licenseConcluded":"NONE","licenseDeclared":"PostgreSQL",
             "externalRefs":[{"referenceType":"cpe23Type","referenceLocator":"cpe:2.3:*:postgresql:postgresql:17.2.0"},
              {"referenceType":"purl","referenceLocator":"pkg:bitnami/postgresql@17.2.0-8?arch=arm64&distro=debian-12"}]},
            {"name":"geos","versionInfo":"3.13.0","licenseConcluded":"LGPL-2.1-only","licenseDeclared":"NOASSERTION",
             "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/geos"}]},
            {"name":"proj","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/proj"}]},
            {"name":"org.postgresql:pljava","versionInfo":"1.6.8",
             "externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:maven/org.postgresql/pljava@1.6.8"}]},
            {"name":"opt/bitnami/common/bin/render-template"}, 7]}
            """#
        )
        #expect(found.names == ["postgresql 17.2.0-8", "geos 3.13.0"])
        #expect(found.packages.map(\.package.type.rawValue) == ["bitnami", "bitnami"])
        #expect(found.packages.map(\.package.licenses) == [["PostgreSQL"], ["LGPL-2.1-only"]])
        #expect(found.problems == ["1 records without a sound name and version"])
        #expect(try catalog("opt/bitnami/a/.spdx-a.spdx", "SPDXVersion: SPDX-2.3\n").problems.count == 1)
        #expect(try catalog("opt/bitnami/a/other.spdx", "{}").problems == [])
        let older = try catalog(
            "opt/bitnami/.bitnami_components.json",
            #"{"yq":{"version":"4.16.2-2","type":"NAMI"},"mongodb":{"arch":"amd64","version":"4.4.11-2"},"x":{}}"#
        )
        #expect(older.names == ["mongodb 4.4.11-2", "yq 4.16.2-2"])
        #expect(older.problems.count == 1)
    }

    @Test("R's licences without the pointers to their texts")
    func licenses() throws {
        func licenses(_ field: String) throws -> [String]? {
            try catalog("x/DESCRIPTION", "Package: a\nVersion: 1\nLicense: \(field)\n").packages.first?.package.licenses
        }
        #expect(try licenses("GPL (>= 2) | file LICENCE") == ["GPL (>= 2)"])
        #expect(try licenses("GPL-2 | GPL-3") == ["GPL-2", "GPL-3"])
        #expect(try licenses("file LICENSE") == [])
    }

    // alpm-db-desc(5) and alpm-db-files(5).
    @Test("Pacman's packages have a source, and their folder's name tells who owns a list of files")
    func pacman() throws {
        let desc = try catalog(
            "var/lib/pacman/local/lib32-glibc-2.39-1/desc",
            "%NAME%\nlib32-glibc\n\n%VERSION%\n1:2.39-1\n\n%BASE%\nglibc\n\n%DESC%\n%NAME%\n\n"
        )
        #expect(desc.names == ["lib32-glibc 1:2.39-1"])
        #expect(desc.packages.first?.package.source == SourcePackage(name: "glibc", version: "1:2.39-1"))
        let files = try catalog(
            "var/lib/pacman/local/lib32-glibc-2.39-1/files",
            "%FILES%\nusr/\nusr/a b\n../etc/x\n\n%BACKUP%\netc/y\tdigest\n"
        )
        #expect(files.ownerships == [Ownership(owner: "lib32-glibc", paths: ["usr", "usr/a b"].map { LayerPath($0) })])
        #expect(try catalog("var/lib/pacman/local/x-1-1/desc", "%NME%\nx\n").problems.count == 1)
    }

    @Test(
        "A list of the files of one package has each once, and no more of them than any has",
        arguments: [
            ("var/lib/dpkg/info/a.list", "", "/", ""), ("var/lib/pacman/local/a-1-1/files", "%FILES%\n", "", ""),
            ("var/db/pkg/b/a-1/CONTENTS", "", "obj /", " 0 0"),
        ]
    )
    func ownedFiles(path: String, head: String, before: String, behind: String) throws {
        func read(_ names: [String]) throws -> CatalogedFile {
            let lines = names.map { "\(before)\($0)\(behind)\n" }
            return try catalog(path, head + lines.joined())
        }
        let twice = try read(["x", "y", "x"])
        #expect(twice.ownerships.map(\.paths) == [[LayerPath("x"), LayerPath("y")]])
        #expect(twice.problems.isEmpty)
        let many = try read((0...100_000).map(String.init))
        #expect(many.ownerships.map(\.paths.count) == [100_000])
        #expect(many.problems == ["only 100000 files of packages are noted"])
    }

    // Package Manager Specification, 3.2.
    @Test(
        "Portage's folders are split where a version begins",
        arguments: [
            ("skopeo-1.5.1", "skopeo", "1.5.1"), ("gtk+-extra-3.0.1_beta2-r1", "gtk+-extra", "3.0.1_beta2-r1"),
            ("a-1-2", "a-1", "2"), ("font-100dpi-1.0.3b", "font-100dpi", "1.0.3b"), ("x-1_p20-r3", "x", "1_p20-r3"),
        ]
    )
    func portage(folder: String, name: String, version: String) throws {
        let found = try catalog("var/db/pkg/dev/\(folder)/CONTENTS", "obj /usr/a b 0123 99\nobj /etc\nsym /x -> y 1\n")
        #expect(found.names == ["dev/\(name) \(version)"])
        #expect(found.ownerships == [Ownership(owner: "dev/\(name)", paths: [LayerPath("usr/a b")])])
    }

    @Test("A folder without a version is a problem", arguments: ["skopeo", "x-", "-1", "x-1_q1", "x-1-r", "x-1.", ""])
    func portageDamaged(folder: String) throws {
        let found = try catalog("var/db/pkg/dev/\(folder)/CONTENTS", "")
        #expect(found.names == [])
        #expect(found.problems.count == 1)
    }

    @Test("Rockspecs are followed through locals and joined strings, and no further")
    func rockspec() throws {
        let found = try catalog(
            "a/x.rockspec",
            """
            -- package = "comment" --[[ x ]]
            --[==[ package = "long comment" ]==]
            local package_name, kind = "luasyslog", [[lua]]
            local revision = '1'
            build = { type = "builtin", package = "inner", modules = { ["a"] = "a.lua" } }
            package = package_name
            version = "2.0.1".."-"..revision
            source = { tag = (version ~= "dev") and version or nil, license = "no" }
            description = { summary = "a \\"b\\"", license = "MIT" }
            """
        )
        #expect(found.names == ["luasyslog 2.0.1-1"])
        #expect(found.packages.first?.package.licenses == ["MIT"])
        for text in [
            "", "package = f()\nversion = \"1\"", "version = \"1\"", "package = \"a", "package = [[", "package ==",
        ] {
            #expect(try catalog("a/x.rockspec", text).names == [])
        }
    }

    @Test("Conan's cache names a package by its folders and what it needs by its list")
    func conanInfo() throws {
        let found = try catalog(
            "root/.conan/data/mfast/1.2.2/my_user/my_channel/package/9d1f/conaninfo.txt",
            "[requires]\n    boost/1.Y.Z\n[full_requires]\n    boost/1.75.0:dc8a\n    zlib/1.2.13@u/c:df\n    bad\n[recipe_hash]\n    c6f6\n"
        )
        #expect(found.names == ["mfast 1.2.2", "boost 1.75.0", "zlib 1.2.13"])
        #expect(found.problems.count == 1)
    }

    @Test(
        "Applications in a folder with their version are from Hex; what Erlang and Elixir bring is a part of these",
        arguments: [
            ("app/lib/phoenix-1.7.10", "phoenix", "1.7.10", ["hex phoenix 1.7.10"]),
            ("opt/rabbitmq/plugins/cowboy-2.12.0", "cowboy", "2.12.0", ["hex cowboy 2.12.0"]),
            ("app/lib/elixir-1.16.0", "elixir", "1.16.0", ["binary elixir 1.16.0"]),
            ("app/lib/mix-1.16.0", "mix", "1.16.0", []), ("usr/local/lib/erlang/lib/ssl-11.1", "ssl", "11.1", []),
            ("app/_build/prod/lib/phoenix", "phoenix", "1.7.10", []), ("app/lib/other-1", "phoenix", "1.7.10", []),
            ("app/lib/own-git", "own", "git", []),
        ] as [(String, String, String, [String])]
    )
    func erlangReleases(folder: String, name: String, version: String, expected: [String]) throws {
        let path = "\(folder)/ebin/\(name).app"
        let text = "%% generated\n{application,\(name),[{vsn,\"\(version)\"},{modules,[a,'B']}]}.\n"
        let found = try catalog(path, text)
        let names = found.packages.map(\.package).map { "\($0.type.rawValue) \($0.name) \($0.version)" }
        #expect(names == expected)
        #expect(found.problems == [])
        #expect(try catalog(path, "{application,\(name)").names == [])
        // A folder that is scanned has each application once.
        let file = EvidenceFile(path: LayerPath(path), bytes: FileBytes(Array(text.utf8)))
        let selection = Catalogers.directorySelection
        let all = selection.catalogers(for: file.path).flatMap { selection.catalogers[$0].catalog(file).packages }
        #expect(all.count == 1 + (expected == ["binary elixir 1.16.0"] ? 1 : 0))
    }

    @Test(
        "Perl distributions are split where a version begins",
        arguments: [
            ("libwww-perl-6.05", "libwww-perl 6.05"), ("Moo-v2.1.0", "Moo v2.1.0"), ("A-B-1-TRIAL", "A-B 1-TRIAL"),
            ("Only", ""), ("-1", ""), ("", ""),
        ]
    )
    func perl(text: String, expected: String) throws {
        let found = try catalog("lib/.meta/x/install.json", "{\"dist\":\"\(text)\"}")
        #expect(found.names == (expected.isEmpty ? [] : [expected]))
    }
}
