import Catalogers
import DedicatedThread
import Foundation
import LayerScan
import Registry
import ScanModel
import TallymanTesting
import Testing

@testable import ImageSources

@Suite struct `Loading of local images` {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func load(_ source: String, platform: Platform? = nil) async throws -> ScannedImage {
        let loader = ImageLoader(pool: try ThreadPool(name: "test", threads: 2), client: { fatalError("no registry") })
        return try await loader.load(try ImageSource(source), platform: platform)
    }

    private func names(_ image: ScannedImage) -> [String] { image.inventory.packages.map(\.package.name) }

    private func write(_ files: [(name: String, bytes: [UInt8])]) throws -> String {
        for file in files { try scratch.write("layout/\(file.name)", file.bytes) }
        return "\(scratch.path)/layout"
    }

    @Test func `an OCI layout gives the packages that the top layer shows, each with its origin`() async throws {
        var builder = ImageBuilder()
        let manifest = builder.manifest(name: "app")
        let folder = try write(builder.layout([manifest]))
        let image = try await load("oci-dir:\(folder):app", platform: .linuxAMD64)
        #expect(names(image) == ["curl", "libc6"])
        #expect(image.inventory.packages.map(\.layer) == [1, 0])
        #expect(image.inventory.distro?.versionID == "12")
        #expect(image.layers.map(\.digest) == builder.layers.map { sha256($0) })
        #expect(image.inventory.gaps.isEmpty)
    }

    @Test func `the same layout as an archive and a Docker archive give the same packages`() async throws {
        var builder = ImageBuilder()
        var tar = TarBuilder()
        let manifest = builder.manifest()
        for file in builder.layout([manifest]) { tar.add("./\(file.name)", file.bytes) }
        let oci = try await load("oci-archive:\(try scratch.write("oci.tar", tar.finished))")
        let docker = try scratch.write("docker.tar", builder.dockerArchive(name: "app:1").finished)
        #expect(names(oci) == ["curl", "libc6"])
        #expect(names(try await load("docker-archive:\(docker)")) == names(oci))
        #expect(try await load("docker-archive:\(docker):app:1").reference == "app:1")
    }

    @Test func `a nested index is followed and the platform decides`() async throws {
        var builder = ImageBuilder()
        let manifests = [builder.manifest(architecture: "arm64"), builder.manifest(architecture: "amd64")]
        let index = builder.index(of: manifests, name: "app")
        let folder = try write(builder.layout([index]))
        #expect(try await load("oci-dir:\(folder)").platform == .linuxAMD64)
        let arm = Platform(os: "linux", architecture: "arm64")
        #expect(try await load("oci-dir:\(folder)", platform: arm).platform == arm)
        let error = await #expect(throws: ImageSourceError.self) {
            try await load("oci-dir:\(folder)", platform: Platform(os: "linux", architecture: "s390x"))
        }
        #expect(error?.code == .unsupported)
    }

    @Test func `several images need a name, and an unknown name lists those there are`() async throws {
        var builder = ImageBuilder()
        let two = [builder.manifest(name: "one"), builder.manifest(architecture: "arm64", name: "two")]
        let folder = try write(builder.layout(two))
        for source in ["oci-dir:\(folder)", "oci-dir:\(folder):three"] {
            let error = await #expect(throws: ImageSourceError.self) { try await load(source) }
            #expect(error?.code == .usage)
            #expect(error?.message.contains("one, two") == true)
        }
    }

    @Test func `a blob with other bytes than its digest says fails the scan`() async throws {
        var builder = ImageBuilder()
        let manifest = builder.manifest()
        let folder = try write(builder.layout([manifest]))
        let blob = "layout/blobs/sha256/\(sha256(builder.layers[1]).hex)"
        var bytes = builder.layers[1]
        bytes[700] ^= 1
        try scratch.write(blob, bytes)
        await #expect(throws: LayerScanError.self) { try await load("oci-dir:\(folder)") }
    }

    @Test func `a Docker archive whose layer is not the configuration's fails the scan`() async throws {
        var builder = ImageBuilder()
        let config = Array(builder.config().utf8)
        builder.layers.swapAt(0, 1)
        var tar = TarBuilder()
        tar.add("a.tar", builder.layers[0])
        tar.add("b.tar", builder.layers[1])
        tar.add("\(sha256(config).hex).json", config)
        tar.add("manifest.json", #"[{"Config":"\#(sha256(config).hex).json","Layers":["a.tar","b.tar"]}]"#)
        let file = try scratch.write("swapped.tar", tar.finished)
        let error = await #expect(throws: ImageSourceError.self) { try await load("docker-archive:\(file)") }
        #expect(error?.code == .digestMismatch)
    }

    @Test func `a blob that is a link out of the layout is not read`() async throws {
        var builder = ImageBuilder()
        let manifest = builder.manifest()
        let folder = try write(builder.layout([manifest]))
        let layer = builder.layers[0]
        let blob = "\(folder)/blobs/sha256/\(sha256(layer).hex)"
        try FileManager.default.removeItem(atPath: blob)
        try FileManager.default.createSymbolicLink(
            atPath: blob,
            withDestinationPath: try scratch.write("outside.tar", layer)
        )
        let error = await #expect(throws: ImageSourceError.self) { try await load("oci-dir:\(folder)") }
        #expect(error?.code == .malformed)
    }

    @Test func `a directory is read without following links`() async throws {
        try scratch.write("root/etc/os-release", ImageBuilder.osRelease)
        try scratch.write("root/var/lib/dpkg/status", ImageBuilder.status(["curl"]))
        try scratch.write("outside/var/lib/dpkg/status", ImageBuilder.status(["secret"]))
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch.path)/root/mnt",
            withDestinationPath: "\(scratch.path)/outside"
        )
        try FileManager.default.createSymbolicLink(atPath: "\(scratch.path)/root/loop", withDestinationPath: ".")
        let image = try await load("dir:\(scratch.path)/root")
        #expect(names(image) == ["curl"])
        #expect(image.inventory.distro?.id == "debian")
        #expect(image.inventory.gaps.isEmpty)
        #expect(image.layers.isEmpty)
        try scratch.write("root/opt/apk", "P:a\nV:1\n")
        try scratch.write("root/lib/apk/db/lock", "")
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch.path)/root/lib/apk/db/installed",
            withDestinationPath: "../../../opt/apk"
        )
        let linked = try await load("dir:\(scratch.path)/root").inventory
        #expect(linked.packages.map(\.package.name) == ["curl"])
        #expect(
            linked.gaps.map(\.gap) == [
                CoverageGap(
                    path: "lib/apk/db/installed",
                    reason: "a link to ../../../opt/apk, where no package database is read"
                )
            ]
        )
    }

    @Test func `what layers are searched for by more than paths is found in a directory, too`() async throws {
        let hash = "h0cnbmfcn93xm5dg2x27ixhag1cwndga"
        try scratch.write("root/nix/store/\(hash)-glibc-2.34-210-bin/bin/ldd", "text")
        // A library has no executable bit, and says in a note which package it is of.
        var library = ElfFile()
        let note = #"{"type":"rpm","name":"zlib","version":"1.3.1-1.fc40","architecture":"x86_64"}"#
        library.section(
            ".note.package",
            ElfFile.note(owner: "FDO", type: 0xcafe_1a7e, Array(note.utf8) + [0])
        )
        try scratch.write("root/opt/lib/libz.so.1.3.1", library.bytes)
        #expect(names(try await load("dir:\(scratch.path)/root")) == ["glibc", "zlib"])
    }

    @Test func `a directory has the bounds of a layer`() throws {
        for name in ["p", "q", "r"] {
            try scratch.write("root/\(name)/package.json", #"{"name":"\#(name)","version":"1"}"#)
        }
        func scan(_ change: (inout LayerScanLimits) -> Void) throws -> LayerReport {
            var limits = LayerScanLimits()
            change(&limits)
            let scanner = DirectoryScanner(selection: Catalogers.directorySelection, limits: limits)
            return try scanner.scan("\(scratch.path)/root").report
        }
        func names(_ report: LayerReport) -> [String] { report.evidence.flatMap(\.packages).map(\.package.name) }
        let few = try scan { $0.maxFoundBytes = 700 }
        #expect(names(few) == ["p", "q"] && few.evidence.count == 3)
        #expect(few.gaps.map(\.path) == ["r/package.json"])
        // Directories are gone into in the order of their names, each when all in the one above are known.
        let short = try scan { $0.maxPathsBytes = 20 }
        #expect(names(short) == ["p"])
        #expect(short.gaps.map(\.reason) == ["paths of more than 20 bytes; the rest was not read"])
        let entries = try scan { $0.maxEntries = 5 }
        #expect(names(entries) == ["p", "q"] && entries.gaps.count == 1)
        let parts = try scan { $0.maxPathParts = 1 }
        #expect(names(parts) == [] && parts.gaps.map(\.reason) == ["a path of 14 bytes and 2 parts was passed over"])
    }

    @Test func `packages of a list keep the distribution that their purl states`() async throws {
        let file = try scratch.write(
            "list.txt",
            """
            # comment
            pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12&upstream=curl
            pkg:rpm/redhat/bash@4.4-1?epoch=1&distro=rhel-8
            nonsense
            pkg:npm/%40babel/core@7.0.0
            pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-13&upstream=curl
            """
        )
        let image = try await load("purls:\(file)")
        #expect(names(image) == ["curl", "curl", "@babel/core", "bash"])
        let distros = image.inventory.packages.indices.map { image.distro(ofPackageAt: $0) }
        #expect(distros.map { $0?.id } == ["debian", "debian", nil, "rhel"])
        #expect(distros.prefix(2).map { $0?.versionID } == ["12", "13"])
        #expect(image.inventory.packages.last?.package.version == "1:4.4-1")
        #expect(image.inventory.gaps.map(\.gap.path) == ["line 4"])
    }

    @Test(arguments: [
        #"{"bomFormat":"CycloneDX","components":[{"name":"a","purl":"pkg:pypi/flask@2.2.2","components":[{"purl":"pkg:gem/rack@3.0"}]}]}"#,
        #"{"spdxVersion":"SPDX-2.3","packages":[{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:pypi/flask@2.2.2"}]},{"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:gem/rack@3.0"}]}]}"#,
        "<bom><components><component><purl>pkg:pypi/flask@2.2.2</purl></component><component><purl>pkg:gem/rack@3</purl></component></components></bom>",
        "SPDXVersion: SPDX-2.2\nPackageName: a\nExternalRef: PACKAGE-MANAGER purl pkg:gem/rack@3\nPackageName: b\nExternalRef: PACKAGE-MANAGER purl pkg:pypi/flask@2.2.2",
    ])
    func `an SBOM's packages are read by their purls`(document: String) async throws {
        let image = try await load("sbom:\(try scratch.write("sbom.json", document))")
        #expect(names(image) == ["rack", "flask"])
    }

    @Test(arguments: ["docker-archive", "oci-archive", "oci-dir", "dir", "sbom", "purls"])
    func `a path that does not exist is an error that names it`(scheme: String) async throws {
        let error = await #expect(throws: ImageSourceError.self) { try await load("\(scheme):/does/not/exist") }
        #expect(error?.message.contains("/does/not/exist") == true)
    }
}
