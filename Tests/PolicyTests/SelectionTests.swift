import Policy
import Testing

@Suite("Mappings and image lists")
struct SelectionTests {
    private func mapping(_ selector: String, policies: String = #""policy-1""#) -> String {
        "{\(selector), \"policy_ids\": [\(policies)], \"whitelist_ids\": []}"
    }

    private let rules = [Sample.rule("always/always")]

    private func evaluate(
        _ text: String,
        as name: String?,
        _ image: ImageFacts = Sample.image
    ) throws -> PolicyEvaluation {
        try Sample.read(text).evaluate(image, as: name.flatMap { ImageName($0) }, now: Sample.now)
    }

    @Test("The first mapping about the image counts, and no other")
    func firstMapping() throws {
        let text = Sample.bundle(
            rules,
            mappings: [
                mapping(Sample.selector("other host", registry: "registry.example:5000")),
                mapping(Sample.selector("team", repository: "team/*", "tag", "1.*")),
                mapping(Sample.selector("team's rest", repository: "team/*")),
                mapping(Sample.selector("rest")),
            ]
        )
        for (name, expected) in [
            ("registry.example:5000/team/app:1.0", "other host"), ("team/app:1.0", "team"), ("team/a/b:1.0", "team"),
            ("team/app:2.0", "team's rest"), ("dockerhub/team/app:1.1", "team"), ("alpine", "rest"),
            ("Team/app:1.0", "rest"), ("quay.io/team/app@sha256:00", "team's rest"),
            ("quay.io/team/app:sha256:00", "team's rest"),
        ] {
            #expect(try evaluate(text, as: name).mapping?.name == expected, "\(name)")
        }
    }

    @Test(
        "Stars stand for anything, regexp: for an expression from the start, all else for itself",
        arguments: [
            ("docker.io", "library/*", "*", "library/nginx:1", true), ("docker.io", "nginx", "*", "nginx:1", true),
            // One image by two names.
            ("docker.io", "library/*", "*", "nginx:1", true), ("docker.io", "nginx", "*", "library/nginx:1", true),
            ("*", "library/*", "*", "quay.io/nginx:1", false), ("docker.io", "library/*", "*", "team/nginx:1", false),
            ("docker.io", "nginx", "*", "nginxx:1", false), ("*.io", "*", "*", "quay.io/a:1", true),
            ("*.io", "*", "*", "quay.ioo/a:1", false), ("*", "a.b", "*", "axb:1", false),
            ("regexp:(quay|docker)", "*", "*", "quay.io/a:1", true), ("regexp:uay", "*", "*", "quay.io/a:1", false),
            ("*", "*", "regexp:v?[0-9]+$", "a:v12", true), ("*", "*", "regexp:v?[0-9]+$", "a:v12-rc", false),
            ("*", "**a**", "*", "xax:1", true), ("localhost:5000", "*", "latest", "localhost:5000/x", true),
        ]
    )
    func patterns(registry: String, repository: String, tag: String, name: String, matches: Bool) throws {
        let selector = Sample.selector("m", registry: registry, repository: repository, "tag", tag)
        let evaluation = try evaluate(Sample.bundle(rules, mappings: [mapping(selector)]), as: name)
        #expect((evaluation.mapping != nil) == matches)
    }

    @Test("An image that no mapping is about passes without a policy being run")
    func noMapping() throws {
        let text = Sample.bundle(rules, mappings: [mapping(Sample.selector("m", repository: "other"))])
        let evaluation = try evaluate(text, as: "app:1")
        #expect(evaluation.mapping == nil)
        #expect(evaluation.finalAction == .go)
        #expect(evaluation.reason == .policyEvaluation)
        #expect(evaluation.findings.isEmpty)
    }

    @Test("Mappings by digest and id mean the image itself, and let others go on to the next")
    func digests() throws {
        let image = Sample.image
        let other = "sha256:" + String(repeating: "0", count: 64)
        for (type, value, isMet) in [
            ("digest", image.digest ?? "", true), ("digest", other, false), ("id", image.imageID, true),
            ("id", "sha256:\(image.imageID)", true), ("id", "00", false),
        ] {
            let text = Sample.bundle(
                rules,
                mappings: [mapping(Sample.selector("exact", type, value)), mapping(Sample.selector("rest"))]
            )
            #expect(try evaluate(text, as: "app:1").mapping?.name == (isMet ? "exact" : "rest"), "\(type) \(value)")
        }
    }

    @Test("An image without a name is met by mappings for every name, and not by others")
    func noName() throws {
        let text = Sample.bundle(
            rules,
            mappings: [mapping(Sample.selector("named", repository: "app")), mapping(Sample.selector("all"))]
        )
        let evaluation = try evaluate(text, as: nil)
        #expect(evaluation.mapping?.name == "all")
        #expect("\(evaluation.tag)" == "*/*:*")
    }

    @Test("All policies of a mapping are run, in its order, and the worst action counts")
    func severalPolicies() throws {
        let text = """
            {"id": "b", "version": "1_0", "whitelists": [], "policies": [
              {"id": "one", "version": "1_0", "rules": [\(Sample.rule("always/always", action: "GO"))]},
              {"id": "two", "version": "1_0", "rules": [\(Sample.rule("always/always", action: "warn"))]}],
             "mappings": [{\(Sample.selector("m")), "policy_ids": ["two", "one"], "whitelist_ids": []}]}
            """
        let evaluation = try evaluate(text, as: "a")
        #expect(evaluation.findings.map(\.policyID) == ["two", "one"])
        #expect(evaluation.finalAction == .warn)
        #expect(evaluation.passes)
    }

    @Test("Rules run gate by gate, in the order of the gates' first rules")
    func ruleOrder() throws {
        let text = Sample.bundle([
            Sample.rule("metadata/attribute", ["attribute": "distro", "check": "exists", "value": ""], id: "1"),
            Sample.rule("always/always", id: "2"),
            Sample.rule("metadata/attribute", ["attribute": "size", "check": ">", "value": "1"], id: "3"),
        ])
        #expect(try evaluate(text, as: "a").findings.map(\.ruleID) == ["1", "3", "2"])
    }

    @Test(
        "Denied images stop and allowed ones go, whatever the policies say; denial beats permission",
        arguments: [
            (false, false, "GO", PolicyAction.go, "policy_evaluation"),
            (false, false, "STOP", .stop, "policy_evaluation"),
            (true, false, "STOP", .go, "whitelisted"), (false, true, "GO", .stop, "blacklisted"),
            (true, true, "GO", .stop, "blacklisted"),
        ]
    )
    func lists(isAllowed: Bool, isDenied: Bool, action: String, final: PolicyAction, reason: String) throws {
        let text = Sample.bundle(
            [Sample.rule("always/always", action: action)],
            allowed: [Sample.selector("ok", "digest", isAllowed ? Sample.image.digest ?? "" : "sha256:0")],
            denied: [Sample.selector("bad", repository: isDenied ? "ap*" : "other")]
        )
        let evaluation = try evaluate(text, as: "app:1")
        #expect(evaluation.finalAction == final)
        #expect(evaluation.reason.rawValue == reason)
        #expect(evaluation.policyAction.rawValue == action.lowercased())
        #expect(evaluation.findings.count == 1)
        #expect((evaluation.whitelistedImage != nil) == isAllowed)
        #expect((evaluation.blacklistedImage != nil) == isDenied)
    }
}
