import ScanModel
import Testing

@Suite("Media types")
struct MediaTypeTests {
    @Test(
        "Layers that are read are tar archives in the clear",
        arguments: [
            ("application/vnd.oci.image.layer.v1.tar", true), ("application/vnd.oci.image.layer.v1.tar+gzip", true),
            ("application/vnd.oci.image.layer.v1.tar+zstd", true), ("application/x-tar", true),
            ("application/vnd.docker.image.rootfs.diff.tar.gzip", true),
            ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", false),
            ("application/vnd.docker.image.rootfs.diff.tar.gzip+encrypted", false),
            ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", false),
            ("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", false), ("application/json", false),
        ]
    )
    func layers(type: String, isRead: Bool) {
        #expect(MediaType.isLayer(type) == isRead)
    }
}
