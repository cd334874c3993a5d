import Foundation
import Policy
import Testing

@Suite("Evaluations")
struct EvaluationTests {
    @Test("Anchore Engine's default bundle runs as it is")
    func defaultBundle() throws {
        let bundle = try Sample.read(DefaultBundle.text)
        let evaluation = bundle.evaluate(Sample.image, as: ImageName("docker.io/library/app:1"), now: Sample.now)
        #expect(evaluation.problems.isEmpty)
        #expect(
            evaluation.findings.map { "\($0.action.rawValue) \($0.ruleID ?? "") \($0.triggerID)" } == [
                "stop 1 94f1be4261f132c97cbb7a32f631a0e1", "warn 2 41cb7cdf04850e33a11f80c42bf660b3",
                "stop 6 CVE-2023-0001+openssl", "stop 6 CVE-2021-44228+log4j-core-2.14.1.jar",
            ]
        )
        #expect(evaluation.finalAction == .stop)
        #expect(evaluation.mapping?.name == "default")

        var clean = Sample.image
        clean.dockerfile = .collected(DockerfileFacts(mode: .actual, text: "FROM a\nHEALTHCHECK CMD true"))
        clean.vulnerabilities = .collected([])
        #expect(bundle.evaluate(clean, as: nil, now: Sample.now).finalAction == .go)
    }

    @Test("A rule whose facts nobody collected says so and counts with its action, as every gate does")
    func notCollected() throws {
        let rules: [(String, KeyValuePairs<String, String>)] = [
            ("dockerfile/instruction", ["instruction": "USER", "check": "exists"]),
            ("dockerfile/effective_user", ["users": "a", "type": "blacklist"]),
            ("dockerfile/exposed_ports", ["ports": "1", "type": "blacklist"]), ("files/content_regex_match", [:]),
            ("files/name_match", ["regex": "a"]), ("files/attribute_match", ["filename": "a"]),
            ("files/suid_or_guid_set", [:]), ("licenses/blacklist_exact_match", ["licenses": "a"]),
            ("licenses/blacklist_partial_match", ["licenses": "a"]), ("malware/scans", [:]),
            ("npms/blacklisted_name_version", ["name": "a"]), ("ruby_gems/blacklist", ["name": "a"]),
            ("packages/required_package", ["name": "a"]), ("packages/blacklist", ["name": "a"]),
            ("packages/verify", [:]),
            ("passwd_file/blacklist_usernames", ["user_names": "a"]),
            ("passwd_file/blacklist_userids", ["user_ids": "1"]),
            ("passwd_file/blacklist_groupids", ["group_ids": "1"]), ("passwd_file/blacklist_shells", ["shells": "a"]),
            ("passwd_file/blacklist_full_entry", ["entry": "a"]),
            ("retrieved_files/content_regex", ["path": "a", "regex": "a", "check": "match"]),
            ("secret_scans/content_regex_checks", [:]), ("vulnerabilities/package", ["package_type": "all"]),
            ("vulnerabilities/blacklist", ["vulnerability_ids": "a"]),
        ]
        for (trigger, parameters) in rules {
            for action in PolicyAction.allCases {
                let text = Sample.bundle([Sample.rule(trigger, parameters, action: action.rawValue.uppercased())])
                let evaluation = try Sample.read(text).evaluate(ImageFacts(), as: nil, now: Sample.now)
                #expect(evaluation.problems.map(\.kind) == [.triggerEvaluation], "\(trigger)")
                #expect(evaluation.problems.first?.path == "policies[0].rules[0]")
                #expect(evaluation.finalAction == action, "\(trigger)")
                #expect(evaluation.findings.isEmpty)
                #expect(evaluation.unjudged.map(\.action) == [action], "\(trigger)")
            }
        }
    }

    @Test("What fails stops the image and leaves the other rules their findings")
    func failing() throws {
        let image = Sample.image
        let costly = "/(?:[a-z]?){900}(?:.?){900}x"
        let text = Sample.bundle([
            Sample.rule("files/name_match", ["regex": costly], action: "WARN"),
            Sample.rule("always/always", action: "GO"),
        ])
        let evaluation = try Sample.read(text).evaluate(image, as: nil, now: Sample.now, regexBudget: 10_000)
        #expect(evaluation.finalAction == .stop)
        #expect(evaluation.problems.map(\.kind) == [.triggerEvaluation])
        #expect(evaluation.findings.map(\.triggerID) == ["always"])
    }

    @Test("What rules say of the image alone can be had before its findings are there")
    func imageRulesFirst() throws {
        let costly = "/(?:[a-z]?){900}(?:.?){900}x"
        let rules = [
            Sample.rule("files/name_match", ["regex": costly], action: "WARN"),
            Sample.rule("vulnerabilities/package", ["package_type": "all"]),
            Sample.rule("files/name_match", ["regex": ".*sudo"]),
            Sample.rule("licenses/blacklist_partial_match", ["licenses": "GPL"]),
            Sample.rule("vulnerabilities/stale_feed_data", ["max_days_since_sync": "1"]),
            Sample.rule("dockerfile/effective_user", ["users": "root", "type": "blacklist"]),
        ]
        let bundle = try Sample.read(Sample.bundle(rules, whitelist: [Sample.item("files", "*")]))
        let name = ImageName("app:1")
        var without = Sample.image
        without.vulnerabilities = ImageFacts().vulnerabilities
        without.advisories = ImageFacts().advisories
        let early = ImageRuleFindings(of: bundle, in: without, as: name, now: Sample.now, regexBudget: 10_000)
        let whole = bundle.evaluate(Sample.image, as: name, now: Sample.now, regexBudget: 10_000)
        let evaluation = BundleEvaluation(
            of: bundle,
            in: Sample.image,
            as: name,
            now: Sample.now,
            regexBudget: 10_000,
            imageRules: early
        )
        // In whatever order the parts are run.
        let later = evaluation.result(
            (0..<BundleEvaluation.parts).reversed().map { evaluation.run(part: $0) }.reversed()
        )
        #expect(
            whole.findings.contains { $0.gate == "vulnerabilities" } && whole.findings.contains { $0.gate == "files" }
        )
        #expect(whole.unjudged.map(\.gate) == ["files"])
        #expect(later.findings == whole.findings)
        #expect(later.unjudged == whole.unjudged)
        #expect(later.problems == whole.problems)
        #expect(later.validUntil == whole.validUntil)
    }

    @Test("Rules of the image whose expressions cost all that they may leave the rules of findings theirs")
    func separateBounds() throws {
        let costly = Sample.rule("files/name_match", ["regex": "/(?:[a-z]?){900}(?:.?){900}x"], action: "WARN")
        let excluding = Sample.rule(
            "vulnerabilities/package",
            ["package_type": "all", "package_path_exclude": "/nowhere"]
        )
        let bundle = try Sample.read(Sample.bundle(Array(repeating: costly, count: 12) + [excluding]))
        let evaluation = bundle.evaluate(Sample.image, as: nil, now: Sample.now, regexBudget: 100_000)
        #expect(evaluation.unjudged.map(\.gate) == Array(repeating: "files", count: 12))
        #expect(evaluation.findings.contains { $0.gate == "vulnerabilities" })
    }

    @Test("A bundle with problems stops what its mapping sends to them, and judges the rest")
    func brokenPolicy() throws {
        let text = """
            {"id": "b", "version": "1_0", "policies": [
              {"id": "bad", "version": "1_0", "rules": [\(Sample.rule("nowhere/always"))]},
              {"id": "good", "version": "1_0", "rules": [\(Sample.rule("always/always", action: "WARN"))]}],
             "mappings": [{\(Sample.selector("m", repository: "bad")), "policy_id": "bad", "whitelist_ids": []},
              {\(Sample.selector("n", repository: "lost")), "policy_id": "none", "whitelist_ids": []},
              {\(Sample.selector("o")), "policy_id": "good", "whitelist_ids": []}]}
            """
        let reading = PolicyBundle.read(Array(text.utf8))
        #expect(Set(reading.errors.map(\.kind)) == [.gateNotFound, .referenceNotFound])
        let bundle = try #require(reading.bundle)
        for (name, action, kind) in [
            ("bad:1", PolicyAction.stop, BundleProblem.Kind.gateNotFound), ("lost:1", .stop, .referenceNotFound),
            ("other:1", .warn, nil),
        ] as [(String, PolicyAction, BundleProblem.Kind?)] {
            let evaluation = bundle.evaluate(Sample.image, as: ImageName(name), now: Sample.now)
            #expect(evaluation.finalAction == action, "\(name)")
            #expect(evaluation.problems.first?.kind == kind)
        }
    }

    @Test("Rules of gates that are no more are refused in new bundles, and passed over in stored ones")
    func retired() throws {
        let text = Sample.bundle([
            Sample.rule("anchoresec/vulnhigh", ["whatever": "x"]), Sample.rule("always/always", action: "WARN"),
        ])
        let strict = PolicyBundle.read(Array(text.utf8))
        #expect(strict.errors.map(\.kind) == [.endOfLife])
        let stored = PolicyBundle.read(Array(text.utf8), allowsRetired: true)
        #expect(stored.errors.isEmpty)
        #expect(stored.problems.map(\.severity) == [.warning])
        let evaluation = try #require(stored.bundle).evaluate(Sample.image, as: nil, now: Sample.now)
        #expect(evaluation.finalAction == .warn)
        #expect(evaluation.problems.map(\.kind) == [.endOfLife])
    }

    @Test("The JSON is that of Anchore Engine's API")
    func json() throws {
        let bundle = try Sample.read(
            Sample.bundle(
                [Sample.rule("always/always"), Sample.rule("malware/scan_not_run")],
                whitelist: [Sample.item("always", "always")]
            )
        )
        let evaluation = bundle.evaluate(Sample.image, as: ImageName("app:1"), now: Sample.now)
        let result = PolicyEvaluation.AnchoreResult(evaluation, bundle: bundle, userID: "admin", time: Sample.now)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(result), as: UTF8.self)
        let id = Sample.image.imageID
        for part in [
            #""final_action":"go","final_action_reason":"policy_evaluation""#, #""evaluation_problems":[]"#,
            #""matched_blacklisted_images_rule":false"#, #""matched_whitelisted_images_rule":false"#,
            #""matched_mapping_rule":{"image":{"type":"tag","value":"*"},"name":"all","policy_ids":["policy-1"],"#,
            #""result":{"\#(id)":{"result":{"final_action":"go","header":["Image_Id","Repo_Tag","Trigger_Id","Gate","#,
            #""row_count":1,"rows":[["\#(id)","docker.io/app:1","always","always","always","Unconditional trigger match","#
                + #""go",{"matched_rule_id":"item-1","whitelist_id":"list-1","whitelist_name":"L"},"policy-1"]]"#,
            #""policy_data":[],"policy_name":"","whitelist_data":[],"whitelist_names":[]"#, #""status":"pass""#,
            #""bundle":{"blacklisted_images":[],"id":"bundle-1""#, #""user_id":"admin""#,
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }
}
