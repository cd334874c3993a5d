import Policy
import TallymanTesting
import Testing

@Suite("Until when an evaluation holds, and what it depends on")
struct EvaluationValidityTests {
    private static let day: Int64 = 86_400

    private func later(_ seconds: Int64) -> PolicyInstant { PolicyInstant(seconds: Sample.now.seconds + seconds) }

    private func same(_ left: PolicyEvaluation, _ right: PolicyEvaluation) -> Bool {
        left.findings == right.findings && left.finalAction == right.finalAction
            && left.problems.map(\.description) == right.problems.map(\.description)
    }

    /// An image with flaws of random ages, and a bundle with random bounds and whitelists that end at random.
    private func sample(_ random: inout SeededRandom) throws -> (ImageFacts, PolicyBundle) {
        var image = Sample.image
        let severities = PolicySeverity.allCases
        image.vulnerabilities = .collected(
            (0..<8).map { number in
                VulnerabilityFact(
                    id: "CVE-2026-\(number)",
                    aliases: ["GHSA-\(number)"],
                    severity: severities[random.below(severities.count)],
                    package: [Sample.openssl, Sample.lodash][random.below(2)],
                    fixedVersions: random.oneIn(2) ? ["2"] : [],
                    fixObserved: random.oneIn(3) ? nil : later(-Int64(random.below(30 * 86_400))),
                    detected: random.oneIn(4) ? nil : later(-Int64(random.below(30 * 86_400)))
                )
            }
        )
        let rules = (0..<4).map { number -> String in
            let severity = severities[random.below(severities.count)].rawValue
            let days = "\(random.below(40))"
            switch random.below(3) {
            case 0:
                return Sample.rule(
                    "vulnerabilities/package",
                    ["package_type": "all", "severity": severity, "max_days_since_creation": days],
                    id: "\(number)"
                )
            case 1:
                return Sample.rule(
                    "vulnerabilities/package",
                    [
                        "package_type": "all", "severity": severity, "severity_comparison": "<=",
                        "fix_available": "true",
                        "max_days_since_fix": days,
                    ],
                    id: "\(number)"
                )
            default: return Sample.rule("packages/blacklist", ["name": "bash"], id: "\(number)")
            }
        }
        let items = (0..<4).map { number in
            let end = later(Int64(random.below(40 * 86_400)) - 5 * Self.day)
            return Sample.item(
                random.oneIn(4) ? "packages" : "vulnerabilities",
                ["*", "CVE-2026-1*", "GHSA-\(number)+*", "CVE-2026-\(number)+openssl"][random.below(4)],
                expires: random.oneIn(3) ? nil : end.text,
                id: "\(number)"
            )
        }
        return (image, try Sample.read(Sample.bundle(rules, whitelist: items)))
    }

    @Test("as long as an evaluation says that it holds, a new one comes to the same", arguments: 0..<60)
    func holds(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let (image, bundle) = try sample(&random)
        let name = ImageName("app:1")
        var moment = Sample.now
        // From one end to the next, for a bounded time.
        for _ in 0..<12 {
            let evaluation = bundle.evaluate(image, as: name, now: moment)
            let end = evaluation.validUntil ?? PolicyInstant(seconds: moment.seconds + 4000 * Self.day)
            #expect(end > moment)
            let span = end.seconds - moment.seconds
            for _ in 0..<8 {
                let within = PolicyInstant(seconds: moment.seconds + Int64.random(in: 0..<span, using: &random))
                #expect(same(bundle.evaluate(image, as: name, now: within), evaluation), "\(within.text)")
            }
            #expect(same(bundle.evaluate(image, as: name, now: PolicyInstant(seconds: end.seconds - 1)), evaluation))
            guard evaluation.validUntil != nil else { return }
            moment = end
        }
    }

    @Test("the first date that changes the answer is told, and none where no date does")
    func ends() throws {
        func end(_ rules: [String], _ items: [String] = []) throws -> String? {
            try Sample.read(Sample.bundle(rules, whitelist: items))
                .evaluate(Sample.image, as: ImageName("app:1"), now: Sample.now).validUntil?.text
        }
        let all = Sample.rule("vulnerabilities/package", ["package_type": "all"])
        #expect(try end([all]) == nil)
        let ending = Sample.item("vulnerabilities", "CVE-2023-0001+*", expires: "2026-12-24T18:00:00Z")
        #expect(try end([all], [ending]) == "2026-12-24T18:00:00Z")
        // Nothing is exempt by it, or no longer.
        #expect(try end([all], [Sample.item("vulnerabilities", "CVE-1*", expires: "2026-12-24T18:00:00Z")]) == nil)
        #expect(try end([all], [Sample.item("vulnerabilities", "*", expires: "2026-11-01T00:00:00Z")]) == nil)
        let aged = ["package_type": "os", "max_days_since_creation": "20"] as KeyValuePairs
        #expect(try end([Sample.rule("vulnerabilities/package", aged)]) != nil)
        // So many days never pass.
        let never = ["package_type": "all", "max_days_since_creation": "999999999999999"] as KeyValuePairs
        #expect(try end([Sample.rule("vulnerabilities/package", never)]) == nil)
        #expect(try end([Sample.rule("vulnerabilities/stale_feed_data", ["max_days_since_sync": "9"])]) == nil)
    }

    @Test("a bundle says what of the image's surroundings its rules read")
    func reads() throws {
        func reads(_ rules: String...) throws -> FactReading { try Sample.read(Sample.bundle(rules)).reads }
        let image = Sample.rule("packages/blacklist", ["name": "bash"])
        #expect(try reads(image, Sample.rule("files/suid_or_guid_set")) == .image)
        let flaws = try reads(image, Sample.rule("vulnerabilities/package", ["package_type": "all"]))
        #expect(flaws.findings && !flaws.scores && !flaws.ages && !flaws.distroData && flaws.feedAges.isEmpty)
        let scored = ["package_type": "all", "cvss_v3_base_score": "7"] as KeyValuePairs
        #expect(try reads(Sample.rule("vulnerabilities/package", scored)).scores)
        let aged = ["package_type": "all", "max_days_since_creation": "7"] as KeyValuePairs
        #expect(try reads(Sample.rule("vulnerabilities/package", aged)).ages)
        let listed = try reads(Sample.rule("vulnerabilities/blacklist", ["vulnerability_ids": "CVE-1"]))
        #expect(listed.findings && !listed.scores)
        #expect(try reads(Sample.rule("vulnerabilities/vulnerability_data_unavailable")).distroData)
        let stale = try reads(
            Sample.rule("vulnerabilities/stale_feed_data", ["max_days_since_sync": "2"]),
            Sample.rule("vulnerabilities/stale_feed_data", ["max_days_since_sync": "9"])
        )
        #expect(stale.feedAges == [2, 9] && !stale.findings)
        #expect(stale.outdated(sync: later(-3 * Self.day), now: Sample.now) == [2])
        #expect(stale.outdated(sync: later(-2 * Self.day), now: Sample.now) == [])
        #expect(stale.outdated(sync: nil, now: Sample.now) == [2, 9])
    }

    @Test("rules that do not say that they read findings or advisories say the same without them")
    func readsNothingElse() throws {
        var bare = Sample.image
        bare.vulnerabilities = .collected([])
        bare.advisories = .notCollected("none")
        let parameters: [String: KeyValuePairs<String, String>] = [
            "dockerfile/instruction": ["instruction": "USER", "check": "exists"],
            "dockerfile/effective_user": ["users": "root", "type": "blacklist"],
            "dockerfile/exposed_ports": ["ports": "22", "type": "blacklist"],
            "files/name_match": ["regex": ".*pem"],
            "files/attribute_match": ["filename": "/usr/bin/sudo", "mode": "04755"],
            "licenses/blacklist_exact_match": ["licenses": "MIT"],
            "licenses/blacklist_partial_match": ["licenses": "GPL"],
            "metadata/attribute": ["attribute": "size", "check": ">", "value": "1"],
            "npms/blacklisted_name_version": ["name": "lodash"], "ruby_gems/blacklist": ["name": "rake"],
            "packages/required_package": ["name": "none"], "packages/blacklist": ["name": "bash"],
        ]
        var asked = 0
        for gate in GateDescription.all where gate.name != "vulnerabilities" {
            for trigger in gate.triggers {
                let name = "\(gate.name)/\(trigger.name)"
                let reading = PolicyBundle.read(
                    Array(Sample.bundle([Sample.rule(name, parameters[name] ?? [:])]).utf8)
                )
                guard reading.errors.isEmpty, let bundle = reading.bundle else { continue }
                asked += 1
                #expect(bundle.reads == .image, "\(name)")
                let full = bundle.evaluate(Sample.image, as: ImageName("app:1"), now: Sample.now)
                #expect(same(full, bundle.evaluate(bare, as: ImageName("app:1"), now: Sample.now)), "\(name)")
            }
        }
        #expect(asked >= 25)
    }
}
