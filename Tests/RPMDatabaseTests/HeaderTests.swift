import Testing

@testable import RPMDatabase

@Suite("rpm headers")
struct HeaderTests {
    private func read(_ builder: HeaderBuilder, limits: RPMDatabaseLimits = .init()) -> RPMDatabaseContents {
        read(builder.bytes(), limits: limits)
    }

    private func read(_ bytes: [UInt8], limits: RPMDatabaseLimits = .init()) -> RPMDatabaseContents {
        var records = RecordCollector(limits: limits)
        _ = records.add(bytes, record: 1)
        return records.contents()
    }

    @Test("every field of a package is read")
    func allFields() {
        var header = HeaderBuilder(name: "demo", version: "1.2", release: "4.el9")
        header.add(.epoch, numbers: [3])
        header.add(.arch, "x86_64")
        header.add(.sourceRPM, "demo-1.2-4.el9.src.rpm")
        header.add(.license, "MIT")
        header.add(.vendor, "Example")
        header.add(.modularityLabel, "demo:1:2:3")
        header.add(.installTime, numbers: [4_000_000_000])
        header.add(.size, numbers: [3_000_000_000])
        header.add(.sigMD5, binary: [0x00, 0x1F, 0xAB])
        header.add(.baseNames, strings: ["demo", "a", "b"])
        header.add(.dirNames, strings: ["/usr/share/", "/usr/share/demo/"])
        header.add(.dirIndexes, numbers: [0, 1, 1])
        let contents = read(header)
        let expected = RPMPackage(
            name: "demo",
            version: "1.2",
            release: "4.el9",
            epoch: 3,
            arch: "x86_64",
            sourceRPM: "demo-1.2-4.el9.src.rpm",
            license: "MIT",
            vendor: "Example",
            modularityLabel: "demo:1:2:3",
            files: ["/usr/share/demo", "/usr/share/demo/a", "/usr/share/demo/b"],
            installTime: 4_000_000_000,
            sigMD5: "001fab",
            size: 3_000_000_000
        )
        #expect(contents == RPMDatabaseContents(packages: [expected], problems: []))
    }

    @Test("files have modes, sizes, digests and what they are for, where that is asked for")
    func fileDetails() {
        var header = HeaderBuilder(name: "demo")
        header.add(.baseNames, strings: ["demo", "conf", "log", "doc", String(repeating: "x", count: 5000)])
        header.add(.dirNames, strings: ["/usr/bin/", "/etc/"])
        header.add(.dirIndexes, numbers: [0, 1, 1, 0, 0])
        header.add(.fileModes, numbers: [0o100755, 0o100644, 0o100644, 0o100644, 0])
        header.add(.fileSizes, numbers: [7, 8, 0, 9, 0])
        header.add(.fileFlags, numbers: [0, 1, 64, 2, 0])
        // Of the type "char", as rpm writes them.
        header.add(raw: RPMTag.fileStates.rawValue, type: 1, count: 5, [0, 0, 0, 2, 0])
        header.add(.fileDigests, strings: ["aa", "bb", "", "cc", ""])
        var records = RecordCollector(limits: .init(), withFileDetails: true)
        _ = records.add(header.bytes(), record: 1)
        let package = records.contents().packages.first
        #expect(package?.files.count == 4)
        #expect(package?.fileDetails.map(\.mode) == [0o100755, 0o100644, 0o100644, 0o100644])
        #expect(package?.fileDetails.map(\.digest) == ["aa", "bb", nil, "cc"])
        #expect(package?.fileDetails.map(\.size) == [7, 8, 0, 9])
        #expect(package?.fileDetails.map(\.isConfiguration) == [false, true, false, false])
        #expect(package?.fileDetails.map(\.isExpected) == [true, true, false, false])
        #expect(read(header).packages.first?.fileDetails == [])
    }

    @Test("a damaged detail of files costs that detail, and is told")
    func damagedDetails() {
        var header = HeaderBuilder(name: "demo")
        header.add(.baseNames, strings: ["demo"])
        header.add(.dirNames, strings: ["/usr/bin/"])
        header.add(.dirIndexes, numbers: [0])
        header.add(raw: RPMTag.fileStates.rawValue, type: 7, count: 1, [0])
        header.add(.fileModes, numbers: [0o100755])
        var records = RecordCollector(limits: .init(), withFileDetails: true)
        _ = records.add(header.bytes(), record: 1)
        let contents = records.contents()
        #expect(contents.packages.first?.fileDetails.map(\.mode) == [0o100755])
        #expect(contents.problems.count == 1)
    }

    @Test("absent fields stay absent, and an absent epoch differs from 0")
    func absentFields() {
        #expect(read(HeaderBuilder(name: "demo")).packages == [RPMPackage(name: "demo", version: "1.0", release: "1")])
        var header = HeaderBuilder(name: "demo")
        header.add(.epoch, numbers: [0])
        header.add(.modularityLabel, "")
        header.add(.vendor, "(none)")
        let package = read(header).packages.first
        #expect(package?.epoch == 0)
        #expect(package?.modularityLabel == "")
        #expect(package?.vendor == nil)
    }

    @Test("the first string of a localized field is taken, and bytes that are not UTF-8 are replaced")
    func strings() {
        var header = HeaderBuilder(name: "demo")
        header.add(.vendor, strings: ["C", "de"], type: 9)
        header.add(raw: RPMTag.license.rawValue, type: 6, count: 1, [0x47, 0xFC, 0])
        let package = read(header).packages.first
        #expect(package?.vendor == "C")
        #expect(package?.license == "G\u{FFFD}")
    }

    @Test("of a repeated tag the first counts, unless the second was added by the installation")
    func repeatedTags() {
        var header = HeaderBuilder(name: "demo")
        header.add(.arch, "first")
        header.add(.arch, "second")
        #expect(read(header).packages.first?.arch == "first")
        header.endRegion()
        header.add(.arch, "third")
        header.add(.arch, "fourth")
        #expect(read(header).packages.first?.arch == "third")
    }

    @Test("packages from before rpm 4 have whole paths")
    func oldFileNames() {
        var header = HeaderBuilder(name: "demo")
        header.add(.oldFileNames, strings: ["/bin/a", "/bin/b"])
        #expect(read(header).packages.first?.files == ["/bin/a", "/bin/b"])
    }

    @Test("a key is not a package")
    func keys() {
        #expect(read(HeaderBuilder(name: "gpg-pubkey")) == RPMDatabaseContents(packages: [], problems: []))
    }

    @Test("a header without name, version or release is no package", arguments: [RPMTag.name, .version, .release])
    func missing(tag: RPMTag) {
        var header = HeaderBuilder()
        for other in [RPMTag.name, .version, .release] where other != tag { header.add(other, "x") }
        let contents = read(header)
        #expect(contents.packages.isEmpty)
        #expect(contents.problems == ["Record 1 is left out: \(tag) is missing."])
    }

    @Test("damage to a minor field costs that field")
    func minorDamage() {
        var header = HeaderBuilder(name: "demo")
        header.add(.arch, numbers: [1])
        header.add(raw: RPMTag.installTime.rawValue, type: 4, count: 1, [0, 0])
        header.add(.baseNames, strings: ["a", "b"])
        header.add(.dirNames, strings: ["/"])
        header.add(.dirIndexes, numbers: [0])
        let contents = read(header)
        #expect(contents.packages.map(\.name) == ["demo"])
        #expect(contents.problems.count == 2)
        #expect(contents.packages.first?.files == [])
    }

    @Test("a directory index out of range costs one path")
    func directoryIndex() {
        var header = HeaderBuilder(name: "demo")
        header.add(.baseNames, strings: ["a", "b"])
        header.add(.dirNames, strings: ["/"])
        header.add(.dirIndexes, numbers: [UInt32.max, 0])
        let contents = read(header)
        #expect(contents.packages.first?.files == ["/b"])
        #expect(contents.problems == ["Record 1 is read in part: 1 of its files were left out."])
    }

    @Test("a long directory named many times stays within the limits")
    func pathBomb() {
        var header = HeaderBuilder(name: "demo")
        header.add(.baseNames, strings: Array(repeating: "", count: 1000))
        header.add(.dirNames, strings: [String(repeating: "d", count: 4000)])
        header.add(.dirIndexes, numbers: Array(repeating: 0, count: 1000))
        let bytes = header.bytes()
        #expect(read(bytes, limits: .init(maxTotalPathBytes: 40_000)).packages.first?.files.count == 10)
        #expect(read(bytes, limits: .init(maxFiles: 7)).packages.first?.files.count == 7)
        #expect(read(bytes, limits: .init(maxPathBytes: 3999)).packages.first?.files == [])
        #expect(read(bytes, limits: .init(maxFilesPerPackage: 999)).packages.first?.files == [])
    }

    @Test(
        "sizes which do not fit are refused",
        arguments: [
            [], [0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 0], [255, 255, 255, 255, 0, 0, 0, 0],
            [0, 0, 0, 1, 255, 255, 255, 255], [0, 1, 0, 1, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func impossibleSizes(bytes: [UInt8]) {
        let contents = read(bytes)
        #expect(contents.packages.isEmpty)
        #expect(contents.problems.count == 1)
    }

    @Test("a header cut at any length, or with any byte changed, is read without a trap")
    func damaged() {
        var header = HeaderBuilder(name: "demo")
        header.add(.arch, "noarch")
        header.add(.sigMD5, binary: [1, 2])
        header.add(.baseNames, strings: ["a", "b"])
        header.add(.dirNames, strings: ["/", "/usr/"])
        header.add(.dirIndexes, numbers: [0, 1])
        header.endRegion()
        header.add(.installTime, numbers: [5])
        let bytes = header.bytes()
        for length in bytes.indices {
            #expect(read(Array(bytes[..<length])).packages.isEmpty)
        }
        for offset in bytes.indices {
            for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[offset] = value
                let contents = read(changed)
                #expect(contents.packages.count + contents.problems.count >= 1)
            }
        }
    }
}
