import Bytes
import JavaArchives
import TallymanTesting
import Testing
import Zip

@Suite("Nested and hostile Java archives") struct JavaNestingTests {
    private static func jar(_ version: String, _ nested: [(name: String, contents: [UInt8])] = []) -> [UInt8] {
        StoredZip.build([("META-INF/MANIFEST.MF", Array("Implementation-Version: \(version)\n".utf8))] + nested)
    }

    @Test("Nested archives have the path of each archive around them")
    func nested() {
        let library = Self.jar("1", [("BOOT-INF/lib/deep-2.0.jar", Self.jar("0"))])
        let app = Self.jar("3", [("WEB-INF/lib/lib-1.0.jar", library), ("notes.txt", [1])])
        var sizes: [String: Int] = [:]
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(app), path: "/opt/app.war") {
            sizes[$0] = $1.count
        }
        #expect(problems.isEmpty)
        #expect(
            artifacts.map(\.virtualPath) == [
                "/opt/app.war", "/opt/app.war:WEB-INF/lib/lib-1.0.jar",
                "/opt/app.war:WEB-INF/lib/lib-1.0.jar:BOOT-INF/lib/deep-2.0.jar",
            ]
        )
        #expect(artifacts.map(\.version) == ["3", "1.0", "2.0"])
        #expect(
            Set(sizes.keys) == Set(artifacts.map(\.virtualPath)),
            "each archive's bytes are seen while they are there"
        )
        #expect(sizes["/opt/app.war"] == app.count)
    }

    @Test("A thousand nested archives side by side are read")
    func wide() {
        let one = Self.jar("1")
        let app = Self.jar("1", (0..<1000).map { ("lib/a\($0).jar", one) })
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(app), path: "/app.jar")
        #expect(artifacts.count == 1001)
        #expect(problems.isEmpty)
    }

    @Test("A thousand archives, each in the next, end at the depth bound with one problem")
    func deep() {
        var bytes = Self.jar("0")
        for _ in 1...990 { bytes = StoredZip.build([("n.jar", bytes)], checksums: false) }
        for level in 1...10 { bytes = Self.jar("\(level)", [("n.jar", bytes)]) }
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(bytes), path: "/app.jar")
        #expect(artifacts.count == JavaArchiveLimits().maxDepth + 1)
        #expect(problems.count == 1)
        #expect(problems.first?.contains("nested deeper") == true)
    }

    @Test("A name of megabytes around many elements of a pom.xml costs its own bytes alone")
    func longElementName() {
        // Copied at the end of each element in it, it would be some hundred gigabytes.
        let pom =
            "<project><artifactId>a</artifactId><version>1</version><\(String(repeating: "x", count: 2 << 20))>"
            + String(repeating: "<a></a>", count: 200_000)
        let project = PomProject(Array(pom.utf8))
        #expect(project?.artifactID == "a")
        #expect(project?.version == "1")
    }

    @Test("The number of nested archives is bounded")
    func count() {
        let one = Self.jar("1")
        let app = Self.jar("1", (0..<20).map { ("a\($0).jar", one) })
        let (artifacts, problems) = JavaArchiveReader.read(
            FileBytes(app),
            path: "/app.jar",
            limits: JavaArchiveLimits(maxNestedArchives: 5)
        )
        #expect(artifacts.count == 6)
        #expect(problems.count == 1)
    }

    @Test("The bytes expanded for one file are bounded over all depths")
    func budget() {
        let one = Self.jar("1", [("filler", Array(repeating: 0, count: 10_000))])
        let app = Self.jar("1", (0..<20).map { ("a\($0).jar", one) })
        let (artifacts, problems) = JavaArchiveReader.read(
            FileBytes(app),
            path: "/app.jar",
            limits: JavaArchiveLimits(maxExpandedBytes: 55_000)
        )
        #expect(artifacts.count == 6)
        #expect(problems.count == 15)
    }

    @Test("A nested archive that is damaged costs itself alone")
    func damagedNested() {
        let app = Self.jar("1", [("bad.jar", Array(repeating: 7, count: 50)), ("good.jar", Self.jar("2"))])
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(app), path: "/app.jar")
        #expect(artifacts.map(\.name) == ["app", "good"])
        #expect(problems == ["/app.jar:bad.jar: no end of central directory record"])
    }

    @Test("Problems and artifacts are bounded")
    func bounds() {
        let app = Self.jar("1", (0..<50).map { ("bad\($0).jar", [1]) } + [("good.jar", Self.jar("2"))])
        let limits = JavaArchiveLimits(maxArtifacts: 1, maxProblems: 10)
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(app), path: "/app.jar", limits: limits)
        #expect(artifacts.count == 1)
        #expect(problems.count == 10)
    }

    @Test("A version, or the path of a nested archive, of absurd length is left out")
    func lengths() {
        let long = String(repeating: "9", count: 2000)
        let app = Self.jar(long, [("\(long).jar", Self.jar("1")), ("a.jar", Self.jar("1"))])
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(app), path: "/app.jar")
        #expect(artifacts.map(\.name) == ["a"])
        #expect(problems.count == 2)
    }

    @Test("A plain archive is none itself; the archives in it, and in one in an archive, are found")
    func plain() {
        let jar = Self.jar("2.4")
        let manifest = Array("Implementation-Version: 7\n".utf8)
        let zip = StoredZip.build([("META-INF/MANIFEST.MF", manifest), ("lib/commons-io-2.4.jar", jar)])
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(zip), path: "/opt/dist-1.0.ZIP")
        #expect(artifacts.map(\.virtualPath) == ["/opt/dist-1.0.ZIP:lib/commons-io-2.4.jar"])
        #expect(artifacts.map(\.name) == ["commons-io"])
        #expect(problems.isEmpty)
        let war = JavaArchiveReader.read(FileBytes(Self.jar("1", [("x.zip", zip)])), path: "/app.war")
        #expect(war.artifacts.map(\.virtualPath) == ["/app.war", "/app.war:x.zip:lib/commons-io-2.4.jar"])
    }

    @Test("A plain archive in plain archives counts as one level each")
    func plainDepth() {
        var zip = StoredZip.build([("a-1.jar", Self.jar("1"))])
        for _ in 0..<10 { zip = StoredZip.build([("x.zip", zip)]) }
        let (artifacts, problems) = JavaArchiveReader.read(
            FileBytes(zip),
            path: "/x.zip",
            limits: JavaArchiveLimits(maxDepth: 3)
        )
        #expect(artifacts.isEmpty)
        #expect(problems.count == 1)
    }

    @Test("A file that only has the name of a plain archive is no gap, a damaged one is")
    func plainDamage() {
        for (text, problems) in [("", 0), ("not an archive", 0), ("PK\u{3}\u{4} cut short", 1)] {
            #expect(JavaArchiveReader.read(FileBytes(Array(text.utf8)), path: "/x.zip").problems.count == problems)
        }
    }

    @Test("The bytes of metadata are bounded over all depths")
    func metadata() {
        let one = Self.jar(String(repeating: "1", count: 100))
        let app = Self.jar("1", (0..<20).map { ("a\($0).jar", one) })
        let limits = JavaArchiveLimits(maxMetadataTotalBytes: 700)
        let (artifacts, problems) = JavaArchiveReader.read(FileBytes(app), path: "/app.jar", limits: limits)
        #expect(artifacts.count == 6)
        #expect(problems.count == 15)
    }

    private static let sample = jar(
        "1",
        [
            ("META-INF/maven/g/a/pom.properties", Array("groupId=g\nartifactId=a\nversion=1\n".utf8)),
            ("META-INF/maven/g/a/pom.xml", Array("<project><artifactId>a</artifactId></project>".utf8)),
            ("lib/b-2.jar", jar("2")),
        ]
    )

    @Test("Every truncation and every flipped byte is survived", arguments: [0xff, 0x01, 0x20] as [UInt8])
    func flips(mask: UInt8) {
        for index in Self.sample.indices {
            var bytes = Self.sample
            bytes[index] ^= mask
            #expect(JavaArchiveReader.read(FileBytes(bytes), path: "/a.jar").artifacts.count <= 3)
            let cut = FileBytes(Array(Self.sample.prefix(index)))
            // A cut just behind the stored inner archive leaves a valid archive with something in front of it.
            #expect(JavaArchiveReader.read(cut, path: "/a.jar").artifacts.count <= 1)
        }
    }

    @Test("Seeded damage inside manifests and pom files is survived", arguments: 1...4 as ClosedRange<UInt64>)
    func fuzz(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("<>/&;!-[]?\"' \n\r:=${}.abproject\u{0}".utf8)
        for _ in 0..<300 {
            let noise = (0..<200).compactMap { _ in alphabet.randomElement(using: &random) }
            let xml = Array("<project>".utf8) + noise
            let bytes = StoredZip.build([
                ("META-INF/MANIFEST.MF", noise), ("m/pom.xml", xml), ("m/pom.properties", noise),
            ])
            let (artifacts, problems) = JavaArchiveReader.read(FileBytes(bytes), path: "/a-1.jar")
            #expect(artifacts.count <= 2)
            #expect(problems.isEmpty)
        }
    }
}
