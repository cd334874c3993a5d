import Bytes
import Catalogers
import Codecs
import Foundation
import ScanModel
import TallymanTesting

/// A file as catalogers meet it, and those that read it.
struct EvidenceSample {
    let path: LayerPath
    let bytes: [UInt8]
    let readers: [any Cataloger]

    /// `nil` where no cataloger wants such a file.
    init?(_ path: String, _ bytes: [UInt8]) {
        let selection = Catalogers.directorySelection
        let layerPath = LayerPath(path)
        var readers = selection.catalogers(for: layerPath) + selection.standingEntries(at: layerPath).map(\.cataloger)
        if bytes.withUnsafeBytes({ ExecutableMagic.matches($0) }) {
            readers += selection.programCatalogers(for: layerPath, hasExecutableBit: true)
        }
        guard !readers.isEmpty, !bytes.isEmpty else { return nil }
        self.path = layerPath
        self.bytes = bytes
        self.readers = Set(readers).sorted().map { selection.catalogers[$0] }
    }

    /// The shared fixtures and, for each cataloger, one made here.
    static let all: [EvidenceSample] = shared + made

    /// Files out of the shared catalog, cut where they are large.
    static let shared: [EvidenceSample] = {
        guard let folder = SharedFixtures.catalog else { return [] }
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder).sorted()) ?? []  // absent: none
        return names.compactMap { item in
            guard let root = item.range(of: "/rootfs/"),
                let content = FileManager.default.contents(atPath: "\(folder)/\(item)")
            else { return nil }
            return EvidenceSample(String(item[root.upperBound...]), Array(content.prefix(FuzzRun.maxSampleBytes)))
        }
    }()

    static let made: [EvidenceSample] = {
        let pe = PEBuilder([("ProductName", "A"), ("ProductVersion", "1.0")], isManaged: true)
        let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]
        let bill = #"{"bomFormat":"CycloneDX","components":[{"group":"g","name":"a","version":"1"}]}"#
        let whole: [(String, [UInt8])] = [
            ("app/a.dll", pe.bytes),
            ("app/web", ElfFile.dotnetBundle(Array(#"{"libraries":{"a/1":{"type":"package"}}}"#.utf8))),
            ("app/old", ElfFile.dotnetBundle(Array(#"{"libraries":{"a/1":{}}}"#.utf8), manifest: 1)),
            ("app/server", ElfFile.nativeImage(GzipBuilder.member(Array(bill.utf8)))),
        ]
        let programs =
            [
                ("boot/vmlinuz-6.1", "Linux version 6.1.0-13 (x"), ("opt/mysql", "\0" + "8.0.37\0\0mysql_real"),
                ("opt/envoy", "\0" + "1.36.4\0x envoy_reloadable_features"),
                ("opt/java", "openjdk\0java\0" + "1.8\0" + "1.8.0_352-b08\0"), ("opt/python3.11", "\0" + "3.11.2\0"),
                ("usr/local/lib/php/extensions/no-debug-non-zts-20230831/a.so", "\0" + "1.2.3\0API20230831,NTS\0"),
                ("opt/grafana", "grafana/grafana\0go1.21.8\0\0" + "11.0.0-preview\0\0x+DT"),
            ].map { ($0.0, elf + Array($0.1.utf8)) } + whole
        let slices = #"{"jsonwall":"1.0"}"# + "\n" + #"{"kind":"package","name":"a","version":"1","arch":"all"}"# + "\n"
        // Short enough to stand in the frame as it is, so that changes reach the lines.
        let manifest = ("var/lib/chisel/manifest.wall", (try? Zstd.compress(Array(slices.utf8))) ?? [])
        let files: [(String, [UInt8])] = texts.map { ($0.path, Array($0.text.utf8)) }
        return (files + programs + [manifest] + archives)
            .compactMap { EvidenceSample($0.0, $0.1) }
    }()

    /// Packages of distributions as files.
    private static let archives: [(String, [UInt8])] = {
        var tar = TarBuilder()
        tar.file("./control", "Package: a\nVersion: 1\n")
        let control = tar.archive
        let size = "\(control.count)"
        let head =
            "!<arch>\ncontrol.tar     0           0     0     100644  " + size
            + String(repeating: " ", count: 10 - size.utf8.count) + "`\n"
        let magic: [UInt8] = [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0]
        var rpm: [UInt8] = [0xed, 0xab, 0xee, 0xdb] + [UInt8](repeating: 0, count: 92)
        rpm += magic + [UInt8](repeating: 0, count: 8)
        rpm += magic + [0, 0, 0, 1, 0, 0, 0, 2]
        rpm += [0, 0, 3, 0xe8, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 1] as [UInt8]
        rpm += [0x61, 0] as [UInt8]
        return [("a/a.deb", Array(head.utf8) + control), ("a/a.rpm", rpm)]
    }()

    private static let texts: [(path: String, text: String)] = installed + declared

    private static let installed: [(path: String, text: String)] = [
        ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='x \\\" y'\n"),
        ("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nSource: b (2)\nVersion: 1:2.3-4\n\n"),
        ("var/lib/dpkg/info/a.list", "/.\n/usr/bin/node\n"),
        ("usr/share/doc/a/copyright", "Format: https://x\n\nFiles: *\nLicense: GPL-2+ or MIT\n\nLicense: MIT\n text\n"),
        ("lib/apk/db/installed", "P:a\nV:1\nA:x\no:b\nL:MIT\nF:usr\nR:x\n\n"),
        ("var/lib/rpm/Packages.db", "RpmP\0\0\0\0\0\0\0\0"),
        ("var/lib/rpmmanifest/container-manifest-2", "a\t1-2\t1\t1\tx\t(none)\t5\tx86_64\t0\ta-1-2.src.rpm\n"),
        ("x.dist-info/METADATA", "Name: a\nVersion: 1\nClassifier: License :: X\n\n"),
        ("a/package.json", #"{"name":"a","version":"1","licenses":[{"type":"x"}]}"#),
        ("specifications/a.gemspec", "s.name = \"a\"\ns.version = '1'\n"), ("opt/a.jar", "PK\u{3}\u{4}"),
        ("site-packages/a-1-py3.9.egg", "PK\u{3}\u{4}"),
        ("vendor/composer/installed.json", #"{"packages":[{"name":"a/b","version":"1","license":"x"}]}"#),
        ("php/.registry/a.reg", #"a:2:{s:4:"name";s:1:"a";s:7:"version";a:1:{s:7:"release";d:1.5;}}"#),
        (
            "app/a.deps.json",
            #"{"targets":{"n":{"a/1":{"runtime":{"lib/a.dll":{}}}}},"libraries":{"a/1":{"type":"package"}}}"#
        ),
        ("app/libman.json", #"{"defaultProvider":"cdnjs","libraries":[{"library":"a@1","provider":"unpkg"}]}"#),
        ("usr/lib/R/library/a/DESCRIPTION", "Package: a\nVersion: 1\nLicense: GPL (>= 2) | x + y\n"),
        ("lua/a.rockspec", "package = [[a]]\nlocal v, w = '1', \"2\"\nversion = v..'-'..w -- x\n"),
        (
            "opt/bitnami/a/.spdx-a.spdx",
            #"{"packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:bitnami/a@1-0"}]}]}"#
        ),
        ("opt/conda-meta/a.json", #"{"name":"a","version":"1","license":"é"}"#),
        ("c/a/1/_/_/package/x/conaninfo.txt", "[full_requires]\n b/2:x\n"),
        ("perl/.meta/a/install.json", #"{"name":"A::B","version":"1","dist":"A-B-1"}"#),
        ("opt/lib/a-1/ebin/a.app", "%% x\n{application, 'a', [{vsn, \"1\"}, {modules, [b]}]}.\n"),
        ("opt/Cellar/a/1.0/.brew/a.rb", "class A < Formula\n  license \"MIT\"\nend\n"),
        ("wp-content/plugins/a/a.php", "<?php /*\n * Plugin Name: a\n * Version: 1 */\n"),
        ("var/lib/pacman/local/a-1-1/desc", "%NAME%\na\n\n%VERSION%\n1-1\n\n"),
        ("var/lib/pacman/local/a-1-1/files", "%FILES%\nusr/\nusr/bin/node\n\n"),
        ("var/db/pkg/x/a-1/CONTENTS", "obj /a 0 1\nobj /b c 0 1\n"), ("var/db/pkg/x/a-1/LICENSE", "|| ( GPL-2 MIT )\n"),
        ("opt/jdk/release", "JAVA_VERSION=\"17.0.2\"\nIMPLEMENTOR=\"x\"\nIMAGE_TYPE=\"JDK\"\n"),
        ("nix/store/h0cnbmfcn93xm5dg2x27ixhag1cwndga-glibc-2.34-210-bin", "x"),
        ("snap/a/1/meta/snap.yaml", "name: a\nversion: 1\narchitectures: [amd64]\n"),
        (
            "snap/a/1/snap/manifest.yaml",
            "snapcraft-version: 7\nname: a\nversion: 1\nprimed-stage-packages:\n- b:amd64=1\n"
        ),
        ("usr/share/snappy/dpkg.list", "ii  a:amd64 1 all x\n"), ("usr/local/go/VERSION", "go1.21.5\n"),
    ]

    private static let declared: [(path: String, text: String)] = [
        (
            "a/package-lock.json",
            #"{"lockfileVersion":3,"packages":{"":{"name":"r"},"node_modules/@a/b":{"version":"1"}}}"#
        ),
        (
            "a/yarn.lock",
            "# yarn lockfile v1\n\n\"@a/b@npm:c@1\":\n  version \"1\"\n  resolved \"https://x/d-1.0.tgz#x\"\n"
        ),
        ("a/pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  ? /@a/b/1.0_c\n  : dev: false\n    name: 'it''s'\n"),
        ("a/bun.lock", #"{"packages":{"a":["a@1","",{"dependencies":{"b":"1"}},"x"],},/**/}"#),
        ("a/deno.lock", #"{"npm":{"packages":{"@a/b@1_c@2":{}}},"remote":{"https://h/a@1/b":"x"}}"#),
        ("a/requirements.txt", "a[b] == 1.0 ; c == 'd' # e\nf===2 \\\n --hash=x\n-r g\n"),
        ("a/setup.py", "x = ['a==1.0', \"b == 2\"]\nc==3\n"),
        ("a/poetry.lock", "[[package]]\nname = \"a\"\nversion = '1'\n[package.source]\nurl = \"\"\"x\"\"\"\n"),
        ("a/pdm.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\nextras = [\"x\"]\n"),
        ("a/uv.lock", "version = 1\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { registry = \"x\" }\n"),
        ("a/pylock.toml", "[[packages]]\nname = \"a\"\nversion = \"1\"\ndirectory = {}\n"),
        ("a/Pipfile.lock", #"{"default":{"a":{"version":"==1"}}}"#),
        ("a/Gemfile.lock", "GEM\n  specs:\n    a (1.0-x86)\n      b (= 1)\n"),
        ("a/go.mod", "module m\nrequire (\n\ta/b v1.0.0 // x\n)\nreplace a/b v1.0.0 => \"c/d\" v2.0.0\n"),
        ("a/gradle.lockfile", "# x\na:b:1=c,d\nempty=e\n"),
        (
            "a/pom.xml",
            "<project><artifactId>a</artifactId><version>1</version><properties><v>2</v></properties><dependencies>"
                + "<dependency><groupId>g</groupId><artifactId>b</artifactId><version>${v}</version></dependency>"
                + "</dependencies></project>"
        ),
        ("a/a.gemspec", "# stub: a 1 ruby lib\ns.name = \"a\"\ns.version = '1'\n"),
        ("a/composer.lock", #"{"packages":[{"name":"a/b","version":"1","license":["x"]}]}"#),
        ("a/Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n"),
        ("a/packages.lock.json", #"{"version":1,"dependencies":{"net6.0":{"A":{"type":"Direct","resolved":"2"}}}}"#),
        ("a/packages.config", "<packages>\n <package id='X>Y' version = '2'/><!-- x --></packages>"),
        ("a/pubspec.lock", "packages:\n  a:\n    source: hosted\n    version: \"1\"\n"),
        ("a/mix.lock", "%{\n  \"a\": {:hex, :a, \"1.0\", \"x\", [:mix], [], \"hexpm\", \"y\"},\n}\n"),
        ("a/rebar.lock", "{\"1.2.0\",\n[{<<\"a\">>,{pkg,<<\"a\">>,<<\"1\">>},0}]}.\n[{pkg_hash,[]}].\n"),
        ("a/a.app", "{application, a, [{vsn, \"1\"}, {modules, []}]}.\n"),
        ("a/cabal.project.freeze", "constraints: any.a ==1,\n             b +c\n"),
        ("a/stack.yaml", "extra-deps:\n- a-1.0@sha256:x,1\n"),
        (
            "a/Package.resolved",
            #"{"pins":[{"identity":"a","location":"https://h/a","state":{"version":"1"}}],"version":2}"#
        ),
        ("a/Podfile.lock", "PODS:\n  - A/B (1.0):\n    - C (= 1)\n"),
        ("a/conan.lock", #"{"version":"0.5","requires":["a/1#x%1"],"graph_lock":{"nodes":{"1":{"ref":"b/2"}}}}"#),
        ("a/conanfile.txt", "[requires]\na/1@x/y\n"),
        ("a/a.opam", "name: \"a\"\nversion: \"1\"\ndepends: [\"b\" {>= \"1\"}]\n"),
        ("a/.terraform.lock.hcl", "provider \"registry.terraform.io/a/b\" {\n  version = \"1.0\"\n}\n"),
        (
            "a/.github/workflows/a.yml",
            "jobs:\n  a:\n    uses: a/b/.github/workflows/c.yml@v1\n    steps:\n    - uses: d/e@v2\n"
        ),
        ("a/pack.pl", "name(a).\nversion('1.0').\n"),
        ("a/Manifest.toml", "[[deps.A]]\nversion = \"1\"\nuuid = \"x\"\n"),
        (
            "a/cpanfile.snapshot",
            "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  A-B-1\n    pathname: X/A-B-1.tar.gz\n"
        ),
    ]
}
