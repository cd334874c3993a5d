import Policy
import TallymanTesting
import Testing

@Suite("Hostile bundles")
struct HostileBundleTests {
    private static let sample = Array(
        Sample.bundle(
            [
                Sample.rule("vulnerabilities/package", ["package_type": "all", "severity": "high"]),
                Sample.rule("files/name_match", ["regex": #"(?i).*\.(pem|key)$"#]),
                Sample.rule("metadata/attribute", ["attribute": "size", "check": ">", "value": "10mb"]),
                Sample.rule("dockerfile/instruction", ["instruction": "RUN", "check": "like", "value": "a+"]),
            ],
            whitelist: [Sample.item("vulnerabilities", "CVE-*+x", expires: "2026-01-01T00:00:00Z")],
            denied: [Sample.selector("d", registry: "regexp:a(b|c)*", "digest", "sha256:00")]
        ).utf8
    )

    @Test("Truncated and changed bundles are read or refused, and what is read judges images, never traps")
    func mutations() {
        for length in stride(from: 0, to: Self.sample.count, by: 7) { judge(Array(Self.sample[..<length])) }
        let pieces: [[UInt8]] = [
            "\"", "{", "}", "[", "]", ",", ":", "null", "1e999", "-", "\\", "\\u0000", "\"STOP\"", "*", "regexp:",
            "\u{fffd}",
            "true", "{2,}", "(",
        ].map { Array($0.utf8) }
        var random = SeededRandom(seed: 3)
        for _ in 0..<500 {
            var copy = Self.sample
            for _ in 0...random.below(4) {
                let place = random.below(copy.count)
                switch random.below(3) {
                case 0: copy[place] = UInt8(random.below(256))
                case 1: copy.insert(contentsOf: pieces[random.below(pieces.count)], at: place)
                default: copy.removeSubrange(place..<min(copy.count, place + 1 + random.below(20)))
                }
            }
            judge(copy)
        }
    }

    private func judge(_ bytes: [UInt8]) {
        let reading = PolicyBundle.read(bytes)
        guard let bundle = reading.bundle else {
            #expect(!reading.errors.isEmpty)
            return
        }
        _ = bundle.evaluate(Sample.image, as: ImageName("app:1"), now: Sample.now)
    }

    @Test("Documents beyond the bounds, and what is no bundle, are refused without being read")
    func refused() {
        for bytes in [
            Array(repeating: UInt8(ascii: " "), count: 100_000_000),
            Array(String(repeating: "[", count: 1_000_000).utf8),
            Array(String(repeating: #"{"a":"#, count: 300_000).utf8), Array("[]".utf8), [], Array("\"a\"".utf8),
            [0xFF, 0xFE],
        ] {
            let reading = PolicyBundle.read(bytes)
            #expect(reading.bundle == nil)
            #expect(reading.errors.count == 1)
        }
    }

    @Test("Lists beyond the bounds are refused, and problems without end are counted, not told")
    func counts() throws {
        var limits = BundleLimits()
        limits.maxRules = 10
        limits.maxItems = 5
        limits.maxProblems = 20
        limits.maxOpenItems = 1
        let rules = Array(repeating: Sample.rule("always/always"), count: 11)
        let items = Array(repeating: Sample.item("always", "x"), count: 6)
        let many = PolicyBundle.read(Array(Sample.bundle(rules, whitelist: items).utf8), limits: limits)
        #expect(many.errors.map(\.path) == ["policies[0].rules", "whitelists[0].items"])
        let open = [Sample.item("always", "*x"), Sample.item("always", "a*"), Sample.item("always", "regexp:x")]
        let unindexed = PolicyBundle.read(Array(Sample.bundle([], whitelist: open).utf8), limits: limits)
        #expect(unindexed.errors.map(\.path) == ["whitelists[0].items"])
        let wrong = Array(repeating: #"{"x": 1}"#, count: 10)
        let reading = PolicyBundle.read(Array(Sample.bundle(wrong).utf8), limits: limits)
        #expect(reading.errors.count == 21)
        #expect(reading.errors.last?.cause == "20 more problems are not listed")
    }

    @Test("Costly expressions in many rules take no more than a few of them would")
    func costlyRules() throws {
        let costly = "/(?:[a-z]?){900}(?:.?){900}x"
        let rules = Array(repeating: Sample.rule("files/name_match", ["regex": costly]), count: 40)
        let bounded = try Sample.read(Sample.bundle(rules))
            .evaluate(Sample.image, as: nil, now: Sample.now, regexBudget: 100_000)
        #expect(bounded.problems.count == 40)
        #expect(bounded.finalAction == .stop)
    }

    @Test("A member that stands twice is told")
    func twice() {
        let text = #"{"id": "a", "id": "b", "version": "1_0", "policies": [], "mappings": []}"#
        #expect(PolicyBundle.read(Array(text.utf8)).errors.map(\.path) == ["id"])
    }

    @Test("Expressions made to take for ever do not, in any place that takes one")
    func bombs() throws {
        let bomb = "(a+)+(b|b)*$"
        let text = String(repeating: "a", count: 20_000) + "!"
        var image = Sample.image
        image.files = .collected(FileTable([FileFact(path: text, mode: 0)]))
        image.retrievedFiles = .collected(["/f": text])
        image.dockerfile = .collected(DockerfileFacts(mode: .guessed, text: "RUN \(text)"))
        let bundle = try Sample.read(
            Sample.bundle(
                [
                    Sample.rule("files/name_match", ["regex": bomb]),
                    Sample.rule("retrieved_files/content_regex", ["path": "/f", "regex": bomb, "check": "match"]),
                    Sample.rule("dockerfile/instruction", ["instruction": "RUN", "check": "like", "value": bomb]),
                    Sample.rule("always/always"),
                ],
                whitelist: [
                    Sample.item("always", "regexp:\(bomb)"), Sample.item("always", String(repeating: "*a", count: 500)),
                ]
            )
        )
        let evaluation = bundle.evaluate(image, as: ImageName("app:1"), now: Sample.now)
        #expect(evaluation.findings.map(\.triggerID) == ["always"])
        #expect(evaluation.problems.isEmpty)
    }
}
