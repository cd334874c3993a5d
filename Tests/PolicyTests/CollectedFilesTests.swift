import Bytes
import Crypto
import Foundation
import ImageInventory
import LayerScan
import ScanModel
import TallymanTesting
import Testing

@testable import Policy

/// An image made of layers, judged by rules as users write them.
private struct LayeredImage {
    private static func hex(_ digest: some Sequence<UInt8>) -> String { Hex.encode(digest) }

    private static let shell: [UInt8] = Array("#!/bin/sh\n".utf8)

    /// A Debian image whose upper layer changes some of the lower one's files.
    static var debian: [TarBuilder] {
        var base = TarBuilder()
        base.symlink("bin", to: "usr/bin")
        base.file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nftp:x:14:50:FTP:/var/ftp:/sbin/nologin\n")
        base.file("etc/httpd.conf", "Listen 80\nSSLEngine on\n")
        base.file("etc/tool.conf", "changed = 1\n")
        base.file("usr/bin/same", shell, mode: 0o755)
        base.file("usr/bin/changed", shell, mode: 0o755)
        base.file("usr/bin/gone", shell, mode: 0o755)
        base.file("usr/bin/sudo", shell, mode: 0o4755)
        base.file("app/settings.ini", "user = x\npassword = y\n")
        base.file("app/key.pem", "x", mode: 0o600)
        base.file(
            "var/lib/dpkg/status",
            "Package: tool\nStatus: install ok installed\nVersion: 1.0-1\nArchitecture: amd64\n\n"
        )
        let md5 = hex(Insecure.MD5.hash(data: shell))
        let listed = ["bin/same", "usr/bin/changed", "usr/bin/gone"].map { "\(md5)  \($0)\n" }
        base.file("var/lib/dpkg/info/tool:amd64.md5sums", listed.joined())
        base.file("var/lib/dpkg/info/tool:amd64.conffiles", "/etc/tool.conf\n")
        var top = TarBuilder()
        top.file("usr/bin/changed", "other", mode: 0o755)
        top.file("usr/bin/.wh.gone", "")
        top.hardlink("usr/bin/sudo2", to: "usr/bin/sudo")
        return [base, top]
    }

    static var alpine: [TarBuilder] {
        var base = TarBuilder()
        base.file("usr/bin/same", shell, mode: 0o755)
        base.file("usr/bin/loose", shell, mode: 0o777)
        base.file("usr/bin/changed", "other", mode: 0o755)
        base.file("etc/conf", "changed")
        let digest = "Q1" + Data(Insecure.SHA1.hash(data: shell)).base64EncodedString()
        let files = ["same", "loose", "changed", "gone"].map { "R:\($0)\na:0:0:755\nZ:\(digest)\n" }.joined()
        base.file(
            "lib/apk/db/installed",
            "P:tool\nV:1-r0\nA:x86_64\nF:usr/bin\nM:0:0:755\n\(files)F:etc\nR:conf\nZ:\(digest)\n\n"
        )
        return [base]
    }

    /// The findings of one rule, with what it needs collected.
    static func messages(
        _ layers: [TarBuilder],
        _ trigger: String,
        _ parameters: KeyValuePairs<String, String> = [:],
        configured: CollectionPlan = .nothing,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        let bundle = try Sample.read(Sample.bundle([Sample.rule(trigger, parameters)]))
        let facts = try facts(layers, bundle.needs.union(configured))
        let evaluation = bundle.evaluate(facts, as: ImageName("app:1"), now: Sample.now)
        #expect(evaluation.problems.isEmpty, "\(evaluation.problems)", sourceLocation: sourceLocation)
        return evaluation.findings.map(\.message)
    }

    static func facts(_ layers: [TarBuilder], _ plan: CollectionPlan) throws -> ImageFacts {
        let scanner = LayerScanner(collection: try FileCollection(plan))
        let analysed = try layers.map { try scanner.scan(ArrayProducer($0.archive), expected: nil) }
        var facts = ImageFacts()
        facts.packages = .collected(
            InventoryFold.fold(analysed).packages.map {
                PackageFact(
                    name: $0.package.name,
                    version: $0.package.version,
                    type: "dpkg",
                    isOS: $0.package.type.isOS
                )
            }
        )
        facts.add(FilesFold.fold(analysed), remedy: "ask for them")
        return facts
    }
}

@Suite("Gates about files, from layers to findings")
struct CollectedFilesTests {
    @Test("files/name_match, attribute_match and suid_or_guid_set")
    func files() throws {
        let debian = LayeredImage.debian
        #expect(
            try LayeredImage.messages(debian, "files/name_match", ["regex": #".*\.pem"#])
                == [#"Application of regex matched file found in container: file=/app/key.pem regexp=.*\.pem"#]
        )
        #expect(try LayeredImage.messages(debian, "files/name_match", ["regex": ".*/gone"]).isEmpty)
        let digest = Hex.encode(SHA256.hash(data: Array("other".utf8)))
        #expect(
            try LayeredImage.messages(
                debian,
                "files/attribute_match",
                ["filename": "/usr/bin/changed", "checksum": digest, "mode": "00755"]
            ).count == 1
        )
        #expect(
            try LayeredImage.messages(
                debian,
                "files/attribute_match",
                ["filename": "/usr/bin/same", "checksum": digest]
            ).isEmpty
        )
        #expect(
            try LayeredImage.messages(
                debian,
                "files/attribute_match",
                ["filename": "/usr/bin/gone", "skip_missing": "false"]
            ) == ["filename=/usr/bin/gone and skip_missing=False"]
        )
        #expect(
            try LayeredImage.messages(debian, "files/suid_or_guid_set") == [
                "SUID or SGID found set on file /usr/bin/sudo. Mode: 0o104755",
                "SUID or SGID found set on file /usr/bin/sudo2. Mode: 0o104755",
            ]
        )
        #expect(try LayeredImage.messages(LayeredImage.alpine, "files/suid_or_guid_set").isEmpty)
    }

    @Test("files/content_regex_match looks for configured expressions, and for those that a rule states")
    func content() throws {
        let configured = CollectionPlan(contentPatterns: [NamedPattern("PASSWORD=pass")])
        let message = "File content analyzer found regexp match in container: file=/app/settings.ini regexp="
        #expect(
            try LayeredImage.messages(
                LayeredImage.debian,
                "files/content_regex_match",
                ["regex_name": "PASSWORD"],
                configured: configured
            ) == [message + "PASSWORD=pass"]
        )
        #expect(
            try LayeredImage.messages(
                LayeredImage.debian,
                "files/content_regex_match",
                ["regex_name": ".*word.*"]
            ) == [message + ".*word.*"]
        )
        let other: KeyValuePairs<String, String> = ["regex_name": "OTHER"]
        try expectUnjudged(LayeredImage.debian, "files/content_regex_match", other, configured: configured)
        try expectUnjudged(LayeredImage.debian, "files/content_regex_match", [:])
    }

    /// What is collected is `plan`, or what the rule asks for and `configured`.
    private func expectUnjudged(
        _ layers: [TarBuilder],
        _ trigger: String,
        _ parameters: KeyValuePairs<String, String>,
        configured: CollectionPlan = .nothing,
        plan: CollectionPlan? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let bundle = try Sample.read(Sample.bundle([Sample.rule(trigger, parameters)]))
        let facts = try LayeredImage.facts(layers, plan ?? bundle.needs.union(configured))
        let evaluation = bundle.evaluate(facts, as: ImageName("app:1"), now: Sample.now)
        #expect(!evaluation.passes && evaluation.problems.count == 1, sourceLocation: sourceLocation)
    }

    @Test("What is there but was not kept, hashed or asked for is not judged")
    func notKept() throws {
        let shells: KeyValuePairs<String, String> = ["shells": "/bin/bash"]
        for kind in 0..<3 {
            var top = TarBuilder()
            switch kind {
            case 0: top.symlink("etc/passwd", to: "/opt/passwd")
            case 1: top.hardlink("etc/passwd", to: "app/settings.ini")
            default: top.file("etc/passwd", String(repeating: "a:x:1:1::/:/bin/sh\n", count: 60_000))
            }
            try expectUnjudged(LayeredImage.debian + [top], "passwd_file/blacklist_shells", shells)
        }
        let path: KeyValuePairs<String, String> = ["path": "/etc/httpd.conf", "regex": "x", "check": "match"]
        try expectUnjudged(LayeredImage.debian, "retrieved_files/content_regex", path, plan: .standard)
        try expectUnjudged(LayeredImage.debian, "packages/verify", [:], plan: .standard)
        try expectUnjudged(LayeredImage.debian, "packages/verify", ["check": "changed"], plan: .standard)
    }

    @Test("Names that are canonically equivalent, or no UTF-8, hide no set-user-ID file")
    func equivalentNames() throws {
        var tar = TarBuilder()
        let names: [[UInt8]] = [
            Array("bin/\u{e9}".utf8), Array("bin/e\u{301}".utf8), [0x62, 0xff], [0x62, 0xfe], Array("c".utf8),
        ]
        for (number, name) in names.enumerated() {
            tar.entry(name, .file, content: [1], mode: number % 2 == 0 ? 0o4755 : 0o755)
            tar.entry([0x64] + name, .file, content: [1], mode: number % 2 == 1 ? 0o4755 : 0o755)
        }
        #expect(try LayeredImage.messages([tar], "files/suid_or_guid_set").count == 5)
    }

    @Test("Files are found by the bytes of their paths")
    func tableByBytes() {
        let (composed, decomposed) = ("/\u{e9}", "/e\u{301}")
        let table = FileTable([
            FileFact(path: composed, mode: 0o100644), FileFact(path: decomposed, mode: 0o104755),
            FileFact(path: "/a", mode: 0o100600), FileFact(path: "/a", mode: 0o100644),
            FileFact(path: "/\u{fffd}", mode: 0o104755), FileFact(path: "/\u{fffd}", mode: 0o100644),
        ])
        #expect(table.count == 5 && table.setIDs.count == 2)
        #expect(table[composed]?.mode == 0o100644 && table[decomposed]?.mode == 0o104755)
        #expect(table["/a"]?.mode == 0o100644 && table["/z"] == nil)
        let deep = String(repeating: "/d", count: 100_000)
        #expect(table.resolving(deep) == nil)
    }

    @Test(
        "passwd_file fires for what the image's own file says",
        arguments: [
            ("blacklist_usernames", ["user_names": "ftp,none"], 1), ("blacklist_usernames", ["user_names": "none"], 0),
            ("blacklist_userids", ["user_ids": "0,14"], 2), ("blacklist_userids", ["user_ids": "7"], 0),
            ("blacklist_groupids", ["group_ids": "50"], 1), ("blacklist_groupids", ["group_ids": "51"], 0),
            ("blacklist_shells", ["shells": "/bin/bash"], 1), ("blacklist_shells", ["shells": "/bin/zsh"], 0),
            ("blacklist_full_entry", ["entry": "ftp:x:14:50:FTP:/var/ftp:/sbin/nologin"], 1),
            ("blacklist_full_entry", ["entry": "ftp"], 0), ("content_not_available", [:], 0),
        ] as [(String, KeyValuePairs<String, String>, Int)]
    )
    func passwd(trigger: String, parameters: KeyValuePairs<String, String>, count: Int) throws {
        #expect(
            try LayeredImage.messages(LayeredImage.debian, "passwd_file/\(trigger)", parameters).count == count
        )
    }

    @Test("passwd_file/content_not_available fires where a layer deletes the file")
    func passwdGone() throws {
        var top = TarBuilder()
        top.file("etc/.wh.passwd", "")
        #expect(
            try LayeredImage.messages(LayeredImage.debian + [top], "passwd_file/content_not_available").count == 1
        )
    }

    @Test("retrieved_files reads the files that its rules name")
    func retrieved() throws {
        func found(_ trigger: String, _ parameters: KeyValuePairs<String, String>) throws -> Int {
            try LayeredImage.messages(LayeredImage.debian, "retrieved_files/\(trigger)", parameters).count
        }
        #expect(try found("content_not_available", ["path": "/etc/httpd.conf"]) == 0)
        #expect(try found("content_not_available", ["path": "/etc/none.conf"]) == 1)
        let path = "/etc/httpd.conf"
        #expect(try found("content_regex", ["path": path, "regex": "SSLEngine on", "check": "match"]) == 1)
        #expect(try found("content_regex", ["path": path, "regex": "SSLEngine off", "check": "match"]) == 0)
        #expect(try found("content_regex", ["path": path, "regex": "SSLEngine off", "check": "no_match"]) == 1)
    }

    @Test("packages/verify compares dpkg's records with the merged image")
    func verifyDebian() throws {
        func found(_ parameters: KeyValuePairs<String, String>) throws -> [String] {
            try LayeredImage.messages(LayeredImage.debian, "packages/verify", parameters)
        }
        let start = "VERIFY check against package db for package 'tool' failed on entry "
        let changed = start + "'/usr/bin/changed' with status: 'changed'"
        let missing = start + "'/usr/bin/gone' with status: 'missing'"
        #expect(try found([:]) == [changed, missing])
        #expect(try found(["check": "changed"]) == [changed])
        #expect(try found(["check": "missing", "only_packages": "tool"]) == [missing])
        #expect(try found(["only_packages": "other"]).isEmpty)
        #expect(try found(["only_directories": "/etc"]).isEmpty)
    }

    @Test("packages/verify compares apk's records: SHA-1 and mode, and passes over configuration")
    func verifyAlpine() throws {
        let found = try LayeredImage.messages(LayeredImage.alpine, "packages/verify")
        #expect(
            found.map { $0.split(separator: "'").suffix(3).map(String.init) }.map { "\($0[0]) \($0[2])" } == [
                "/usr/bin/loose changed", "/usr/bin/changed changed", "/usr/bin/gone missing",
            ]
        )
    }

    @Test("Rules about what was not collected count as not judged")
    func notCollected() throws {
        for trigger in ["files/suid_or_guid_set", "passwd_file/blacklist_shells", "packages/verify"] {
            let parameters: KeyValuePairs<String, String> = trigger.hasSuffix("shells") ? ["shells": "x"] : [:]
            let bundle = try Sample.read(Sample.bundle([Sample.rule(trigger, parameters)]))
            let facts = try LayeredImage.facts(LayeredImage.debian, .nothing)
            let evaluation = bundle.evaluate(facts, as: ImageName("app:1"), now: Sample.now)
            #expect(
                !evaluation.passes && evaluation.problems.contains { $0.cause.contains("ask for them") },
                "\(trigger)"
            )
        }
    }

    @Test("Links in place of directories lead to files, and circles of them to none")
    func links() {
        func link(_ path: String, _ target: String) -> FileFact {
            FileFact(path: path, kind: .link, mode: 0o120777, linkTarget: target)
        }
        let table = FileTable([
            link("/bin", "usr/bin"), link("/lib64", "/usr/lib"), link("/a", "../b/./c"), link("/b/c", "/usr"),
            link("/x", "y"), link("/y", "x"), FileFact(path: "/usr/bin/sh", mode: 0o100755),
            FileFact(path: "/usr/lib/ld.so", mode: 0o100755),
        ])
        #expect(table.resolving("/bin/sh")?.path == "/usr/bin/sh")
        #expect(table.resolving("/lib64/ld.so")?.path == "/usr/lib/ld.so")
        #expect(table.resolving("/a/bin/sh")?.path == "/usr/bin/sh")
        #expect(table.resolving("/x/sh") == nil)
        #expect(table.resolving("/bin")?.kind == .link)
    }
}
