import Bytes
import Codecs
import Executables
import ScanModel
import TOML
import TallymanTesting
import Testing
import VEX
import Versions
import XMLStream
import YAML
import Zip

/// The readers of general formats and of names, by themselves: under a cataloger much of them is never reached.
@Suite("Readers of general formats under a mutator")
struct FormatFuzzTests {
    private func fuzz(_ samples: [String], _ read: ([UInt8]) throws -> Void) throws {
        try fuzz(samples.map { Array($0.utf8) }, read)
    }

    /// What is malformed is refused with an error, which is right; a trap or a hang is what is looked for.
    private func fuzz(_ samples: [[UInt8]], _ read: ([UInt8]) throws -> Void) throws {
        try FuzzRun.go { random in
            guard let sample = samples.any(&random), let other = samples.any(&random) else { return }
            try? read(FuzzRun.mutated(sample, other, &random))  // see above
        }
    }

    @Test("TOML")
    func toml() throws {
        let samples = [
            "a = 1\nb.\"c d\" = 'x'\n[t]\nd = 2024-01-02T03:04:05Z\ne = [1, 2.5e3, { f = true }]\n",
            "[[p]]\nn = \"\"\"x\\u00e9\n\"\"\"\nm = '''y'''\n[[p.q]]\nh = 0xff\ni = -inf\n",
        ]
        try fuzz(samples) { bytes in
            _ = TOMLDocument.recover(bytes)
            _ = try TOMLDocument.parse(bytes)
        }
    }

    @Test("YAML")
    func yaml() throws {
        let samples = [
            "%YAML 1.2\n---\na: 1 # x\nb:\n  - c: 'it''s'\n    d: \"\\x41\\u00e9\"\n  - [e, {f: g}]\n",
            "t: |+\n  x\n   y\n\nu: >-\n  a\n  b\n'k': ~\n? x\n: y\n", "- - - a\n-\n  b: {}\n",
        ]
        try fuzz(samples) { _ = try YAMLReader.parse($0) }
    }

    @Test("XML")
    func xml() throws {
        let samples = [
            "<?xml version='1.0' encoding='UTF-8'?>\n<a x=\"1\" y='&lt;&#x41;'><!-- c --><b/>t&amp;u<![CDATA[<z>]]></a>",
            "<r xmlns:o='u'><o:d><o:e>1</o:e></o:d><?pi x?></r>",
        ]
        try fuzz(samples) { bytes in
            let reader = XMLReader(ArrayProducer(bytes, pieceSize: 1 + bytes.count % 7))
            while try reader.next() != nil {}
        }
    }

    @Test("Zip archives")
    func zip() throws {
        let samples =
            EvidenceSample.shared.map(\.bytes).filter { $0.starts(with: Array("PK".utf8)) }
            + SharedFeedSamples.archives.filter { $0.starts(with: Array("PK".utf8)) }
        try fuzz(samples.isEmpty ? [Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18)] : samples) { bytes in
            let archive = try ZipArchive(FileBytes(bytes))
            for entry in archive.entries.prefix(50) {
                _ = try? archive.contents(of: entry, maxBytes: 1 << 20)  // refused, as above
            }
        }
    }

    @Test("gzip, zstd and zlib")
    func codecs() throws {
        let text = Array(String(repeating: "some text, ", count: 300).utf8)
        let samples = [
            GzipBuilder.member(text), GzipBuilder.member(text) + GzipBuilder.member([]), try Zstd.compress(text),
        ]
        try fuzz(samples) { bytes in
            let decoder = try LayerDecoder(ArrayProducer(bytes, pieceSize: 1 + bytes.count % 5))
            while !(try decoder.next()).isEmpty {}
        }
    }

    @Test("Executables of each format and the version resources of one")
    func executables() throws {
        let programs = EvidenceSample.shared.map(\.bytes).filter { $0.starts(with: [0x7f, 0x45, 0x4c, 0x46]) }
        let pe = PEBuilder([("ProductName", "A"), ("ProductVersion", "1.0")], isManaged: true).bytes
        let machO: [UInt8] = [0xcf, 0xfa, 0xed, 0xfe] + [UInt8](repeating: 0, count: 12) + [1, 0, 0, 0, 72, 0, 0, 0]
        try fuzz(programs + [pe, pe, machO + [UInt8](repeating: 0x19, count: 200)]) { bytes in
            let file = FileBytes(bytes)
            for base in ExecutableImage.offsets(in: file) {
                _ = ExecutableImage.read(file, at: base, wanted: [".note.package", ".rsrc"])
            }
            _ = PEVersion.read(file)
        }
    }

    @Test("Package URLs and references to images")
    func names() throws {
        let samples = [
            "pkg:deb/debian/curl@7.88%2B1?arch=amd64&distro=debian-12&upstream=a@1#x", "pkg:npm/%40a/b@1.0",
            "pkg:rpm/rhel/a@1-2?epoch=1&rpmmod=x:y", "pkg:generic/snap/a@1", "registry.example:5000/a/b:1.0@sha256:00",
            "[::1]:5000/x", "a@sha256:" + String(repeating: "0", count: 64),
        ]
        try fuzz(samples) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let purl = PackageURL(text) { _ = purl.package.purl(distro: purl.distro) }
            _ = ImageReference(text)
        }
    }

    @Test("Versions and ranges of every ecosystem")
    func versions() throws {
        let samples = [
            "1:2.3~rc1-4+b1", "1.0^git1-2.el9", "1.2.3_alpha1-r0", "1!2.0.post1.dev3+local.1", "1.0.0-rc.1+build.5",
            "2.0-SNAPSHOT", "v0.0.0-20200101000000-abcdefabcdef", ">=1.0,<2.0 || ^3", "~> 1.2", "[1.0,2.0)",
            "1.x - 2.*",
        ]
        try FuzzRun.go { random in
            guard let one = samples.any(&random), let other = samples.any(&random) else { return }
            let left = String(decoding: FuzzRun.mutated(Array(one.utf8), Array(other.utf8), &random), as: UTF8.self)
            let right = String(decoding: FuzzRun.mutated(Array(other.utf8), Array(one.utf8), &random), as: UTF8.self)
            for scheme in VersionScheme.allCases {
                _ = Versions.satisfies(left, right, scheme: scheme)
                guard let order = Versions.compare(left, right, scheme: scheme) else { continue }
                let mirrored: [Character: Character] = ["<": ">", "=": "=", ">": "<"]
                #expect(
                    Versions.compare(right, left, scheme: scheme)?.symbol == mirrored[order.symbol],
                    "\(scheme) \(left.debugDescription) \(right.debugDescription)"
                )
            }
        }
    }

    @Test("VEX documents and files of exceptions")
    func vex() throws {
        let samples =
            [
                Array(
                    #"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2024-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"CVE-2024-1"},"products":[{"@id":"pkg:deb/debian/a@1"}],"status":"not_affected","justification":"component_not_present"}]}"#
                        .utf8
                ),
                Array("exceptions:\n- id: CVE-2024-1\n  package: a\n  until: 2030-01-01\n  reason: x\n".utf8),
            ] + SharedFeedSamples.members.filter { $0.name.hasSuffix(".json") }.prefix(400).map(\.bytes)
        try fuzz(samples) { bytes in
            _ = try? VEXDocument(bytes, name: "fuzz.json")  // what is no document is refused
            _ = try? ExceptionFile(bytes, name: "fuzz.yaml")
        }
    }
}
