import Foundation
import Registry
import Reports
import ScanModel
import Store
import Synchronization
import TallymanTesting
import Testing

extension FleetTests {
    /// What registries do to a whole fleet; `docs/faults.md` lists the faults by number.
    @Suite("Registry faults")
    struct RegistryFaultTests {
        private static let base = TestLayer.debian(["base"])

        /// As many as a registry is given, and too short to wait for.
        private static let listingPauses = [Duration](repeating: .milliseconds(100), count: 4)

        private func scan(
            workers: Int = 2,
            _ prepare: (FaultRegistry) throws -> Void,
            _ check: (Fleet, RunStatus, FaultRegistry) async throws -> Void
        ) async throws {
            let registry = try FaultRegistry()
            defer { registry.stop() }
            try prepare(registry)
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: workers, listingPauses: Self.listingPauses) {
                    try await check(fleet, try await fleet.scan(registry.host), registry)
                }
            }
        }

        private func reason(_ fleet: Fleet, _ run: Int, _ image: String) async throws -> String {
            try #require(try await fleet.store.images(run: run).first { $0.image.hasSuffix(image) }).reason
        }

        /// An image whose manifest names no type, so that only the response does.
        private static var untyped: TestImage {
            var image = TestImage(layers: [base])
            let text = String(decoding: image.manifest, as: UTF8.self)
            image.manifest = Array(
                text.replacing("\"mediaType\":\"\(MediaType.ociManifest)\",\"config\"", with: "\"config\"").utf8
            )
            return image
        }

        private static func fleet(_ registry: FaultRegistry, images: Int = 6) {
            for number in 0..<images {
                let top = TestLayer.dpkg(["app-\(number)"], filler: 60_000 + number)
                registry.add(TestImage(layers: [base, top]), as: "app-\(number)", tag: "1")
            }
        }

        @Test("F33, F35, F36: tokens that end and layers that break in mid-run change nothing of the result")
        func brokenRun() async throws {
            var quiet: [String] = []
            for isBroken in [false, true] {
                try await scan { registry in
                    Self.fleet(registry)
                    guard isBroken else { return }
                    registry.demandNewTokens()
                    let renew = { @Sendable [weak registry] in registry?.demandNewTokens() ?? () }
                    registry.add(.after(renew), at: "", requests: 20...20)
                    registry.add(.after(renew), at: "", requests: 35...35)
                    registry.add(.drop(after: 1000), at: "app-0/blobs/", requests: 3...3)
                    // Never twice in a row: a client of these tests tries twice, and the first bytes may be lost with a reset.
                    registry.add(.drop(after: 20_000, reset: true), at: "app-1/blobs/", requests: 3...3)
                    registry.add(.drop(after: 20_000, reset: true), at: "app-1/blobs/", requests: 5...5)
                    registry.add(.truncated(to: 30_000), at: "app-2/blobs/", requests: 3...3)
                    registry.add(.status(503), at: "app-3/", requests: 2...2)
                } _: { (fleet, status, registry) async throws in
                    #expect(status.run.state == .done && status.byState == ["analysed": 6])
                    let results = try await fleet.results()
                    if isBroken { #expect(results == quiet) } else { quiet = results }
                    if isBroken { #expect(registry.tokensIssued > 1) }
                }
            }
        }

        @Test(
            "F34: a refusal that one worker meets pauses all for that registry, while another registry's layers go on"
        )
        func sharedPause() async throws {
            let other = try FaultRegistry()
            defer { other.stop() }
            let registry = try FaultRegistry()
            defer { registry.stop() }
            Self.fleet(registry, images: 8)
            // So many that most are still to be asked for when the first layer of the registry is, in whatever order.
            for number in 0..<24 {
                let layer = TestLayer.dpkg(["other-\(number)"], filler: 50_000 + number)
                other.add(TestImage(layers: [layer]), as: "other-\(number)", tag: "1")
            }
            other.setFault(.slow(bytes: 20_000, microseconds: 60_000), at: "other-")
            let refused = FirstMoment()
            let refusal = Fault.status(429, [("Retry-After", "4")])
            let slow = Fault.slow(bytes: 20_000, microseconds: 200_000)
            for number in 0..<8 {
                // Configurations lie beside the layers, and are fetched before there are tasks to pause.
                let top = TestImage.digest(TestLayer.dpkg(["app-\(number)"], filler: 60_000 + number))
                registry.add(
                    Fault { request, answer in
                        refused.note() ? refusal.steps(request, answer) : slow.steps(request, answer)
                    },
                    at: "app-\(number)/blobs/\(top)",
                    "GET"
                )
            }
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 2) {
                    let run = try await fleet.request([registry.host, other.host])
                    let status = try await fleet.finished(run)
                    #expect(status.run.state == .done && status.byState == ["analysed": 32])
                }
            }
            let moment = try #require(refused.moment, "no layer was asked for")
            // Requests that were on their way when the refusal came are let through.
            let settled = moment + .milliseconds(1000)
            let pause = settled..<(moment + .milliseconds(3900))
            #expect(!registry.requests.contains { pause.contains($0.time) })
            let resumed = try #require(registry.requests.first { $0.time > pause.upperBound }).time
            #expect(other.requests.contains { (moment..<resumed).contains($0.time) })
        }

        @Test("F37: an image that states a wrong size of a layer does not spoil it for the images that share it")
        func poisonedSize() async throws {
            try await scan { registry in
                registry.add(TestImage(layers: [Self.base]), as: "good", tag: "1")
                var image = TestImage(layers: [Self.base])
                let text = String(decoding: image.manifest, as: UTF8.self)
                image.manifest = Array(text.replacing("\"size\":\(Self.base.count)", with: "\"size\":1").utf8)
                registry.add(image, as: "a-first", tag: "1")
                registry.add(image, as: "z-last", tag: "1")
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done && status.byState == ["analysed": 3])
            }
        }

        @Test("F37: an image whose layers' stated sizes are too large to be added up is analysed, and its run ends")
        func largestSizes() async throws {
            try await scan { registry in
                let top = TestLayer.dpkg(["top"])
                var image = TestImage(layers: [Self.base, top])
                var text = String(decoding: image.manifest, as: UTF8.self)
                for size in Set([Self.base.count, top.count]) {
                    text = text.replacing("\"size\":\(size)}", with: "\"size\":\(Int64.max)}")
                }
                image.manifest = Array(text.utf8)
                registry.add(image, as: "image", tag: "1")
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done && status.byState == ["analysed": 1])
                #expect(status.bytesPlanned > 0)
            }
        }

        @Test(
            "F37, F44: a layer that one repository does not give as it is comes from another that holds it",
            arguments: [0, 1, 2]
        )
        func otherPlace(kind: Int) async throws {
            try await scan { registry in
                for name in ["a-bad", "m-good", "z-bad"] {
                    let layers = [Self.base, TestLayer.dpkg([name])]
                    registry.add(TestImage(layers: layers), as: name, tag: "1")
                }
                let base = TestImage.digest(Self.base)
                let fault = [Fault.status(404), .status(401), .garbage][kind]
                for name in ["a-bad", "z-bad"] { registry.setFault(fault, at: "\(name)/blobs/\(base)") }
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done && status.byState == ["analysed": 3])
            }
        }

        @Test(
            "F43: a tag that moves while it is looked at is followed"
        )
        func movingTag() async throws {
            try await scan { registry in
                let old = TestImage(layers: [TestLayer.debian(["old"])])
                registry.add(old, as: "moving", tag: "1")
                registry.add(TestImage(layers: [Self.base]), as: "still", tag: "1")
                registry.add(
                    Fault { [weak registry] request, answer in
                        registry?.add(TestImage(layers: [TestLayer.debian(["new"])]), as: "moving", tag: "1")
                        registry?.removeManifest(old.digest.description, from: "moving")
                        return answer.steps
                    },
                    at: "moving/manifests/1",
                    "HEAD",
                    requests: 1...1
                )
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done && status.byState == ["analysed": 2])
                #expect(try await fleet.texts("SELECT name FROM packages ORDER BY name") == ["base", "new"])
            }
        }

        @Test(
            "F43: a tag whose index is there and has lost its image is followed where it has moved, and has failed where not"
        )
        func movingIndex() async throws {
            try await scan { registry in
                let old = TestImage(layers: [TestLayer.debian(["old"])])
                let entry = """
                    {"mediaType":"\(MediaType.ociManifest)","digest":"\(old.digest)","size":\(old.manifest.count),\
                    "platform":{"os":"linux","architecture":"amd64"}}
                    """
                let index = Array("{\"schemaVersion\":2,\"manifests\":[\(entry)]}".utf8)
                registry.add(old, as: "moving", tag: "child")
                registry.removeManifest("child", from: "moving")
                for tag in ["moved", "stays"] {
                    registry.addManifest(index, type: MediaType.ociIndex, as: "moving", tag: tag)
                }
                registry.add(
                    Fault { [weak registry] request, answer in
                        registry?.add(TestImage(layers: [TestLayer.debian(["new"])]), as: "moving", tag: "moved")
                        registry?.removeManifest(old.digest.description, from: "moving")
                        return answer.steps
                    },
                    at: "moving/manifests/moved",
                    "HEAD",
                    requests: 1...1
                )
            } _: { (fleet, status, _) async throws in
                #expect(
                    try await fleet.outcomes(status.run.id) == ["moving:moved analysed", "moving:stays failed"]
                )
                #expect(try await reason(fleet, status.run.id, "moving:stays").contains("which is missing"))
                #expect(try await fleet.texts("SELECT name FROM packages ORDER BY name") == ["new"])
            }
        }

        @Test("a registry that lists none of its repositories is a target that was not listed, whatever others gave")
        func nothingListed() async throws {
            let closed = try FaultRegistry()
            defer { closed.stop() }
            Self.fleet(closed, images: 2)
            for number in 0..<2 { closed.setFault(.status(403), at: "app-\(number)/tags/list") }
            let open = try FaultRegistry()
            defer { open.stop() }
            Self.fleet(open, images: 1)
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 1) {
                    let status = try await fleet.scan(closed.host, open.host)
                    #expect(status.run.state == .failed)
                    #expect(status.run.reason?.contains("none of its 2 repositories could be listed") == true)
                    #expect(status.byState == ["analysed": 1])
                }
            }
        }

        @Test("F80: the images of a repository that is gone are gone, where the catalog still names it and where not")
        func goneRepositories() async throws {
            try await scan { registry in
                Self.fleet(registry, images: 6)
            } _: { (fleet, status, registry) async throws in
                #expect(status.byState == ["analysed": 6])
                let unknown = Fault.status(404, text: #"{"errors":[{"code":"NAME_UNKNOWN"}]}"#)
                registry.setFault(unknown, at: "app-1/tags/list")
                registry.setFault(.body(Array(#"{"repositories":["app-0","app-1","never"]}"#.utf8)), at: "_catalog")
                registry.setFault(unknown, at: "app-2/tags/list")
                // A proxy that misses its registry says as much of any.
                registry.setFault(.status(404), at: "app-0/tags/list")
                registry.setFault(.status(404), at: "never/tags/list")
                // The catalog of an account that has lost a project names nothing of it.
                registry.setFault(.status(403), at: "app-4/tags/list")
                registry.setFault(.status(404), at: "app-5/tags/list")
                let again = try await fleet.scan(registry.host)
                // Of app-3 the catalog says nothing, and it is there: left out, its image would leave the report.
                #expect(
                    try await fleet.outcomes(again.run.id) == ["app-1:1 gone", "app-2:1 gone", "app-3:1 reused"]
                )
                #expect(again.run.state == .done && again.run.reason == "3 repositories could not be listed")
                let problems = try await fleet.store.problems(run: again.run.id)
                #expect(problems.map(\.target) == ["app-0", "app-4", "app-5"].map { "\(registry.host)/\($0)" })
                let report = try await fleet.store.fleetReport(run: again.run.id, since: nil)
                #expect(
                    report.images.filter { $0.state == .stale }.map(\.repository) == ["app-0", "app-4", "app-5"]
                )
                #expect(
                    try await fleet.texts(
                        "SELECT repositories.name FROM tags JOIN repositories ON repositories.id = repository_id "
                            + "WHERE valid_until IS NULL ORDER BY 1"
                    ) == ["app-0", "app-3", "app-4", "app-5"]
                )
            }
        }

        @Test("F42: a list of tags with gaps keeps each of its problems, and one that breaks off proves nothing gone")
        func gapsInLists() async throws {
            try await scan { registry in
                Self.fleet(registry, images: 3)
                registry.add(TestImage(layers: [Self.base]), as: "app-1", tag: "2")
            } _: { (fleet, _, registry) async throws in
                registry.setFault(.body(Array(#"{"tags":["1","a b"]}"#.utf8)), at: "app-0/tags/list")
                let circle = [("Link", "</v2/app-1/tags/list?n=1000>; rel=next")]
                registry.setFault(.status(200, circle, text: #"{"tags":["1","a b","c d"]}"#), at: "app-1/tags/list")
                let again = try await fleet.scan(registry.host)
                #expect(again.run.state == .done && again.run.reason == "2 lists have gaps")
                #expect(
                    try await fleet.outcomes(again.run.id) == ["app-0:1 reused", "app-1:1 reused", "app-2:1 reused"]
                )
                let problems = try await fleet.store.problems(run: again.run.id)
                #expect(problems.map(\.target) == ["\(registry.host)/app-0 (tags)", "\(registry.host)/app-1 (tags)"])
                for word in ["a b", "c d", "circle"] { #expect(problems.last?.reason.contains(word) == true) }
                #expect(try await fleet.texts("SELECT name FROM tags WHERE valid_until IS NULL").count == 4)
                let report = try await fleet.store.fleetReport(run: again.run.id, since: nil)
                #expect(report.images.filter { $0.state == .stale }.map(\.tag) == ["2"])
                let alone = try await fleet.scan("\(registry.host)/app-0")
                #expect(alone.run.state == .done && alone.run.reason == "1 list has gaps")
            }
        }

        @Test("a repository that cannot be listed for the moment is listed later in the same run")
        func listedLater() async throws {
            try await scan { registry in
                Self.fleet(registry, images: 2)
                registry.add(.status(503), at: "app-0/tags/list", requests: 1...2)
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done && status.run.reason == nil)
                #expect(status.byState == ["analysed": 2])
                let listed = "SELECT listed_repositories || ' of ' || named_repositories FROM runs"
                #expect(try await fleet.texts(listed) == ["2 of 2"])
            }
        }

        @Test("a repository that fails while its registry answers for others holds the run up for two looks more")
        func brokenRepository() async throws {
            try await scan { registry in
                Self.fleet(registry, images: 3)
                registry.setFault(.status(500), at: "app-0/tags/list")
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done && status.run.reason == "1 repository could not be listed")
                #expect(status.byState == ["analysed": 2])
                let problems = try await fleet.store.problems(run: status.run.id)
                #expect(problems.map(\.target) == ["\(registry.host)/app-0"])
                #expect(problems.first?.reason.contains("status 500") == true)
                // The tests' client tries twice.
                #expect(registry.requests.count { $0.path.contains("app-0/tags/list") } == 6)
                let listed = "SELECT listed_repositories || ' of ' || named_repositories FROM runs"
                #expect(try await fleet.texts(listed) == ["3 of 3"])
            }
        }

        @Test("a tag that gets no answer for the moment is looked at again in the run, and fails where that is vain")
        func askedLater() async throws {
            try await scan { registry in
                Self.fleet(registry, images: 4)
                // The tests' client tries twice.
                registry.add(.status(503), at: "app-0/manifests/", requests: 1...2)
                registry.add(.status(503), at: "app-1/manifests/sha256:", requests: 1...2)
                registry.setFault(.status(500), at: "app-2/manifests/")
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done && status.run.reason == nil)
                #expect(status.byState == ["analysed": 3, "failed": 1])
                #expect(try await reason(fleet, status.run.id, "app-2:1").contains("status 500"))
                #expect(registry.requests.count { $0.path.contains("app-2/manifests/") } == 6)
            }
        }

        @Test("F44: an image that is deleted while it is scanned fails with its reason, and is gone in the next run")
        func deleted() async throws {
            try await scan { registry in
                registry.add(TestImage(layers: [Self.base]), as: "kept", tag: "1")
                registry.add(TestImage(layers: [TestLayer.debian(["lost"])]), as: "lost", tag: "1")
                registry.setFault(.status(404), at: "lost/blobs/\(TestImage.digest(TestLayer.debian(["lost"])))")
            } _: { (fleet, status, registry) async throws in
                #expect(status.run.state == .done)
                #expect(try await fleet.outcomes(status.run.id) == ["kept:1 analysed", "lost:1 failed"])
                #expect(try await reason(fleet, status.run.id, "lost:1").contains("404"))
                registry.removeManifest("1", from: "lost")
                let again = try await fleet.scan(registry.host)
                #expect(try await fleet.outcomes(again.run.id).contains("kept:1 reused"))
                #expect(try await !fleet.outcomes(again.run.id).contains("lost:1 analysed"))
            }
        }

        @Test(
            "F45: indexes of attestations, by the thousand or without an image, cost only themselves"
        )
        func indexes() async throws {
            try await scan { registry in
                registry.add(TestImage(layers: [Self.base]), as: "good", tag: "1")
                let image = TestImage(layers: [TestLayer.debian(["child"])])
                registry.add(image, as: "many", tag: "child")
                registry.removeManifest("child", from: "many")
                func index(_ entries: [String]) -> [UInt8] {
                    Array("{\"schemaVersion\":2,\"manifests\":[\(entries.joined(separator: ","))]}".utf8)
                }
                func entry(
                    _ digest: ScanModel.Digest,
                    _ size: Int,
                    _ platform: String,
                    type: String = MediaType.ociManifest
                )
                    -> String
                {
                    let parts = platform.split(separator: "/")
                    return """
                        {"mediaType":"\(type)","digest":"\(digest)","size":\(size),\
                        "platform":{"os":"\(parts[0])","architecture":"\(parts[1])"}}
                        """
                }
                let attestation = entry(TestImage.digest([1]), 1, "unknown/unknown")
                let own = entry(image.digest, image.manifest.count, "linux/amd64")
                registry.addManifest(
                    index(Array(repeating: attestation, count: 9000) + [own]),
                    type: MediaType.ociIndex,
                    as: "many",
                    tag: "1"
                )
                registry.addManifest(index([attestation]), type: MediaType.ociIndex, as: "nothing", tag: "1")
                let missing = entry(TestImage.digest([2]), 1, "linux/amd64", type: MediaType.ociIndex)
                registry.addManifest(index([missing, missing]), type: MediaType.ociIndex, as: "circle", tag: "1")
                registry.addManifest(
                    index(Array(repeating: attestation, count: 10_001)),
                    type: MediaType.ociIndex,
                    as: "toomany",
                    tag: "1"
                )
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done)
                #expect(
                    try await fleet.outcomes(status.run.id) == [
                        "circle:1 failed", "good:1 analysed", "many:1 analysed", "nothing:1 unsupported",
                        "toomany:1 failed",
                    ]
                )
            }
        }

        @Test("F47: layers are read by what their bytes are, whatever the manifest calls them")
        func wrongLabels() async throws {
            try await scan { registry in
                let tar = TestLayer.debian(["x"])
                let half = Array(tar[..<1000])
                let members = GzipBuilder.member(half) + GzipBuilder.member(Array(tar[1000...]))
                let kinds = ["tar": tar, "gzip": GzipBuilder.member(tar), "members": members]
                for (name, bytes) in kinds {
                    for label in ["", "+gzip", "+zstd"] {
                        let type = "application/vnd.oci.image.layer.v1.tar\(label)"
                        let image = TestImage(layers: [bytes], layerType: type)
                        registry.add(image, as: "\(name)-\(label.dropFirst())x", tag: "1")
                    }
                }
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done && status.byState == ["analysed": 9])
                #expect(try await fleet.texts("SELECT name FROM packages") == ["x"])
            }
        }

        @Test("F48, F41: a foreign layer is said not to be covered, and its addresses are never connected to")
        func foreignLayers() async throws {
            let trap = try FaultServer { _, _ in .reply(200) }
            defer { trap.stop() }
            try await scan { registry in
                registry.add(TestImage(layers: [Self.base]), as: "good", tag: "1")
                for type in [
                    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                ] {
                    var image = TestImage(layers: [[1, 2]], layerType: type)
                    let text = String(decoding: image.manifest, as: UTF8.self)
                    image.manifest = Array(
                        text.replacing("\"size\":2}", with: "\"size\":2,\"urls\":[\"\(trap.url)/layer\"]}").utf8
                    )
                    registry.add(image, as: type.contains("docker") ? "windows" : "windows-oci", tag: "1")
                }
            } _: { (fleet, status, _) async throws in
                #expect(status.byState == ["analysed": 1, "unsupported": 2])
                for image in ["windows:1", "windows-oci:1"] {
                    #expect(try await reason(fleet, status.run.id, image).hasPrefix("not covered: "))
                }
            }
            #expect(trap.requests.isEmpty)
        }

        @Test("F50: what PostgreSQL cannot store, and text without end, cost only their own image")
        func hostileText() async throws {
            try await scan { registry in
                registry.add(TestImage(layers: [Self.base]), as: "good", tag: "1")
                let endless = String(repeating: "x", count: 1 << 20)
                for (name, type) in [("nul", "application/\\u0000x"), ("endless", "application/\(endless)")] {
                    registry.add(TestImage(layers: [[1]], layerType: type), as: name, tag: "1")
                    registry.add(TestImage(layers: [[1]], configType: type), as: "\(name)-config", tag: "1")
                }
                var image = TestImage(layers: [TestLayer.debian(["odd"])])
                let config = try #require(image.blobs.first { $0.value.starts(with: Array("{".utf8)) })
                let text = String(decoding: config.value, as: UTF8.self).replacing("amd64", with: "amd64\\u0000'\\n")
                let bytes = Array(text.utf8)
                let manifest = String(decoding: image.manifest, as: UTF8.self)
                    .replacing("\(config.key)", with: "\(TestImage.digest(bytes))")
                    .replacing("\"size\":\(config.value.count)", with: "\"size\":\(bytes.count)")
                image.manifest = Array(manifest.utf8)
                image.blobs[TestImage.digest(bytes)] = bytes
                registry.add(image, as: "platform", tag: "1")
            } _: { (fleet, status, _) async throws in
                #expect(status.run.state == .done)
                #expect(status.byState == ["analysed": 2, "unsupported": 4])
                #expect(
                    try await fleet.texts("SELECT max(length(reason))::text FROM run_images").first.map { Int($0) ?? 0 }
                        ?? 0 < 2000
                )
            }
        }

        @Test("F52: a registry that serves another's image under a wrong type does not change what that image is")
        func poisonedType() async throws {
            let hostile = try FaultRegistry()
            defer { hostile.stop() }
            try await scan { registry in
                var image = Self.untyped
                registry.add(image, as: "image", tag: "1")
                for (number, type) in ["application/vnd.example", MediaType.dockerSchema1Signed, MediaType.ociIndex]
                    .enumerated()
                {
                    image.mediaType = type
                    hostile.add(image, as: "copy-\(number)", tag: "1")
                }
            } _: { (fleet, first, registry) async throws in
                #expect(first.byState == ["analysed": 1])
                let bad = try await fleet.scan(hostile.host)
                #expect(bad.byState["analysed"] == nil)
                let again = try await fleet.scan(registry.host)
                #expect(again.byState == ["reused": 1])
            }
            // And the other way round: the hostile one first.
            let registry = try FaultRegistry()
            defer { registry.stop() }
            registry.add(Self.untyped, as: "image", tag: "1")
            try await TestServices.withFleet { fleet in
                try await fleet.withServices(workers: 1) {
                    let bad = try await fleet.scan(hostile.host)
                    #expect(bad.run.state == .failed && bad.byState == ["failed": 3])
                    let good = try await fleet.scan(registry.host)
                    #expect(good.byState == ["analysed": 1])
                }
            }
        }
    }
}

/// When something happened first.
private final class FirstMoment: Sendable {
    private let first = Mutex<ContinuousClock.Instant?>(nil)

    var moment: ContinuousClock.Instant? { first.withLock { $0 } }

    /// Whether this is the first time.
    func note() -> Bool {
        first.withLock { first in
            guard first == nil else { return false }
            first = .now
            return true
        }
    }
}
