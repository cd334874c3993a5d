import ScanModel

/// A two-layer image with Debian packages, as files of an OCI layout and of a Docker archive.
struct ImageBuilder {
    var layers: [[UInt8]]
    private(set) var blobs: [(digest: Digest, bytes: [UInt8])] = []

    static let osRelease = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n"

    static func status(_ packages: [String]) -> String {
        packages.map { "Package: \($0)\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n" }
            .joined(separator: "\n")
    }

    init() {
        var base = TarBuilder()
        base.add("etc/os-release", Self.osRelease)
        base.add("var/lib/dpkg/status", Self.status(["libc6", "zlib1g"]))
        var top = TarBuilder()
        top.add("var/lib/dpkg/status", Self.status(["curl", "libc6"]))
        layers = [base.finished, top.finished]
    }

    func config(architecture: String = "amd64") -> String {
        let ids = layers.map { "\"\(sha256($0))\"" }.joined(separator: ",")
        return #"{"architecture":"\#(architecture)","os":"linux","rootfs":{"type":"layers","diff_ids":[\#(ids)]}}"#
    }

    private mutating func add(_ text: String) -> String {
        let bytes = Array(text.utf8)
        blobs.append((sha256(bytes), bytes))
        return #""digest":"\#(sha256(bytes))","size":\#(bytes.count)"#
    }

    /// Adds a manifest for an architecture and returns its descriptor.
    mutating func manifest(architecture: String = "amd64", name: String? = nil) -> String {
        let config = add(config(architecture: architecture))
        let entries = layers.map { layer in
            #"{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"\#(sha256(layer))","size":\#(layer.count)}"#
        }
        if blobs.count == 1 { blobs += layers.map { (sha256($0), $0) } }
        let manifest = add(
            #"{"schemaVersion":2,"config":{"mediaType":"\#(MediaType.ociConfig)",\#(config)},"layers":["#
                + entries.joined(separator: ",") + "]}"
        )
        let annotation = name.map { #","annotations":{"org.opencontainers.image.ref.name":"\#($0)"}"# } ?? ""
        return
            #"{"mediaType":"\#(MediaType.ociManifest)",\#(manifest)\#(annotation),"platform":{"os":"linux","architecture":"\#(architecture)"}}"#
    }

    /// Wraps descriptors into an index blob and returns its descriptor.
    mutating func index(of manifests: [String], name: String) -> String {
        let index = add(#"{"schemaVersion":2,"manifests":["# + manifests.joined(separator: ",") + "]}")
        return
            #"{"mediaType":"\#(MediaType.ociIndex)",\#(index),"annotations":{"org.opencontainers.image.ref.name":"\#(name)"}}"#
    }

    /// The files of a layout whose `index.json` lists `descriptors`.
    func layout(_ descriptors: [String]) -> [(name: String, bytes: [UInt8])] {
        let index = #"{"schemaVersion":2,"manifests":["# + descriptors.joined(separator: ",") + "]}"
        return [("index.json", Array(index.utf8)), ("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))]
            + blobs.map { ("blobs/sha256/\($0.digest.hex)", $0.bytes) }
    }

    /// What `docker save` wrote before it wrote layouts; the second image shares its layers by links.
    func dockerArchive(name: String) -> TarBuilder {
        let config = Array(config().utf8)
        var tar = TarBuilder()
        tar.add("a/layer.tar", layers[0])
        tar.add("b/layer.tar", layers[1])
        tar.add("c/layer.tar", type: "2", link: "../a/layer.tar")
        tar.add("\(sha256(config).hex).json", config)
        tar.add(
            "manifest.json",
            #"[{"Config":"\#(sha256(config).hex).json","RepoTags":["\#(name)"],"Layers":["c/layer.tar","b/layer.tar"]}]"#
        )
        return tar
    }
}
