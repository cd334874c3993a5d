import Crypto
import Foundation
package import ScanModel

/// A small image made in code.
package struct TestImage: Sendable {
    package var mediaType = MediaType.ociManifest
    package var manifest: [UInt8]
    package var blobs: [ScanModel.Digest: [UInt8]]

    /// What the digest is made of where that is not the whole manifest: schema 1 leaves out its signatures.
    package var signed: [UInt8]?

    package var digest: ScanModel.Digest { Self.digest(signed ?? manifest) }

    package static func digest(_ bytes: [UInt8]) -> ScanModel.Digest {
        ScanModel.Digest(sha256: SHA256.hash(data: bytes))
    }

    /// An image of uncompressed layers.
    ///
    /// - Parameters:
    ///   - layers: The layers' bytes, the lowest first.
    ///   - configType: What the manifest says its configuration is.
    ///   - layerType: What the manifest says its layers are.
    ///   - created: When the configuration says that the image was made.
    ///   - labels: The configuration's labels, of names and values that need no escapes.
    package init(
        layers: [[UInt8]],
        configType: String = MediaType.ociConfig,
        layerType: String = "application/vnd.oci.image.layer.v1.tar",
        created: String = "0001-01-01T00:00:00Z",
        labels: [String: String] = [:]
    ) {
        let digests = layers.map(Self.digest)
        let diffIDs = digests.map { "\"\($0)\"" }.joined(separator: ",")
        let stated = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
        let config = Array(
            #"""
            {"architecture":"amd64","os":"linux","created":"\#(created)","config":{"Labels":{\#(stated)}},
            "rootfs":{"type":"layers","diff_ids":[\#(diffIDs)]}}
            """#.utf8
        )
        let descriptors = zip(layers, digests).map { Self.descriptor(layerType, $1, $0.count) }.joined(separator: ",")
        manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)",\
            "config":\(Self.descriptor(configType, Self.digest(config), config.count)),"layers":[\(descriptors)]}
            """.utf8
        )
        blobs = [Self.digest(config): config]
        for (layer, digest) in zip(layers, digests) { blobs[digest] = layer }
    }

    /// Docker's first format.
    package static var schema1: TestImage {
        var image = TestImage(layers: [])
        image.mediaType = MediaType.dockerSchema1Signed
        let content = #"{"schemaVersion":1,"name":"old","tag":"1","fsLayers":[],"history":[]"#
        func encoded(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }
        let format = #"{"formatLength":\#(content.utf8.count),"formatTail":"\#(encoded("\n}"))"}"#
        image.signed = Array((content + "\n}").utf8)
        image.manifest = Array(#"\#(content),"signatures":[{"protected":"\#(encoded(format))","signature":"x"}]}"#.utf8)
        return image
    }

    private static func descriptor(_ type: String, _ digest: ScanModel.Digest, _ size: Int) -> String {
        #"{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(size)}"#
    }
}

/// Layers made in code: tar archives as POSIX.1-1988 describes them ("ustar").
package enum TestLayer {
    /// A Debian base: os-release, and a dpkg status with the packages.
    package static func debian(_ packages: [String]) -> [UInt8] {
        tar(
            [("etc/os-release", Array("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n".utf8))]
                + status(packages)
        )
    }

    /// A layer with another dpkg status; `filler` makes it larger by so many bytes, which depend on `packages`.
    package static func dpkg(_ packages: [String], filler: Int = 0) -> [UInt8] {
        var files = status(packages)
        if filler > 0 {
            var word = UInt64(truncatingIfNeeded: packages.joined().utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
            var bytes: [UInt8] = []
            bytes.reserveCapacity(filler)
            while bytes.count < filler {
                word = word &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: word >> 56))
            }
            files.append(("srv/filler", bytes))
        }
        return tar(files)
    }

    private static func status(_ packages: [String]) -> [(String, [UInt8])] {
        let stanzas = packages.map {
            "Package: \($0)\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n"
        }
        return [("var/lib/dpkg/status", Array(stanzas.joined().utf8))]
    }

    package static func tar(_ files: [(String, [UInt8])]) -> [UInt8] {
        var archive: [UInt8] = []
        for (name, bytes) in files {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at offset: Int) {
                for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
            }
            put(name, at: 0)
            put("0000644", at: 100)
            put("0000000", at: 108)
            put("0000000", at: 116)
            put(octal(bytes.count, 11), at: 124)
            put(octal(0, 11), at: 136)
            put("        0", at: 148)
            put("ustar", at: 257)
            put("00", at: 263)
            put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
            archive += header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
        }
        return archive + [UInt8](repeating: 0, count: 1024)
    }

    private static func octal(_ number: Int, _ width: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
