import AnchoreAPI
import ScanModel
import Testing

@Suite("Records of Anchore's API")
struct RecordTests {
    private func tag(_ repository: String) -> TagRecord {
        TagRecord(
            registry: "docker.io",
            repository: repository,
            tag: "1",
            digest: "sha256:list",
            detectedAt: "2026-01-02T03:04:05Z"
        )
    }

    private var image: ImageRecord {
        ImageRecord(
            digest: "sha256:image",
            account: "admin",
            status: .notAnalyzed,
            analyzedAt: nil,
            createdAt: "2026-01-02T03:04:05Z",
            updatedAt: "2026-01-02T03:04:05Z",
            annotations: nil,
            imageID: "abc",
            distro: nil,
            distroVersion: nil,
            size: 10,
            layers: 1,
            architecture: "amd64",
            dockerfile: nil,
            tags: [tag("library/alpine")]
        )
    }

    @Test("an image has every key that anchore-cli reads without asking, and no library/ in its tags")
    func imageRecord() throws {
        let json = try JSONReader.read(image.json.bytes)
        for key in ["imageDigest", "image_type", "analysis_status", "image_detail"] { #expect(json[key] != nil) }
        #expect(json.members?.contains { $0.name == "analyzed_at" } == true)
        let metadata = try #require(json["image_content"]?["metadata"]?.members)
        #expect(
            Set(metadata.map(\.name))
                == ["dockerfile_mode", "distro", "distro_version", "image_size", "arch", "layer_count"]
        )
        let detail = try #require(json["image_detail"]?.array?.first)
        #expect(detail["fulltag"]?.string == "docker.io/alpine:1")
        #expect(detail["created_at"]?.string == "2026-01-02T03:04:05Z")
        #expect(json["parentDigest"]?.string == "sha256:list")
    }

    @Test("a list shows each byte of an image as Anchore Engine's clients have read it so far")
    func listedImage() throws {
        var image = image
        image.annotations = #"{"team":"a \"b\""}"#
        image.dockerfile = Array("FROM x".utf8)
        image.distro = "de\"bian\\"
        image.tags.append(tag("team/app"))
        let tags = ["alpine", "team/app"].map { name in
            #"{"fulltag":"docker.io/\#(name):1","registry":"docker.io","repo":"\#(name)","tag":"1","imageId":"abc","#
                + #""created_at":"2026-01-02T03:04:05Z","tag_detected_at":"2026-01-02T03:04:05Z","#
                + #""last_updated":"2026-01-02T03:04:05Z","digest":"sha256:image","imageDigest":"sha256:image","#
                + #""fulldigest":"docker.io/\#(name)@sha256:image","userId":"admin","dockerfile":"RlJPTSB4"}"#
        }
        let expected =
            #"{"imageDigest":"sha256:image","parentDigest":"sha256:list","userId":"admin","image_type":"docker","#
            + #""image_status":"active","record_version":"None","analysis_status":"not_analyzed","analyzed_at":null,"#
            + #""created_at":"2026-01-02T03:04:05Z","last_updated":"2026-01-02T03:04:05Z","#
            + #""annotations":{"team":"a \"b\""},"image_content":{"metadata":{"dockerfile_mode":"Actual","#
            + #""distro":"de\"bian\\","distro_version":null,"image_size":10,"arch":"amd64","layer_count":1}},"#
            + #""image_detail":[\#(tags.joined(separator: ","))]}"#
        var text = JSONText()
        text.openArray()
        image.write(to: &text)
        let first = text.take()
        image.write(to: &text)
        text.closeArray()
        #expect(String(decoding: first + text.take(), as: UTF8.self) == "[\(expected),\(expected)]")
        #expect(image.json.bytes == Array(expected.utf8))
    }

    @Test("an image in answers about the fleet names its tags, and one flat record a tag stands in summaries")
    func summaries() throws {
        var text = JSONText()
        text.openObject()
        image.writeSummary("image", to: &text)
        text.openArray("tags")
        image.writeTagSummaries(to: &text)
        text.closeArray()
        text.closeObject()
        let expected =
            #"{"image":{"imageDigest":"sha256:image","parentDigest":"sha256:list","imageId":"abc","analyzed_at":"None","#
            + #""tag_history":[{"registry":"docker.io","repo":"alpine","tag":"1","fulltag":"docker.io/alpine:1","#
            + #""tag_detected_at":"2026-01-02T03:04:05Z"}]},"tags":[{"fulltag":"docker.io/alpine:1","#
            + #""imageDigest":"sha256:image","parentDigest":"sha256:list","imageId":"abc","#
            + #""analysis_status":"not_analyzed","image_status":"active","created_at":1767323045,"#
            + #""analyzed_at":null,"tag_detected_at":1767323045}]}"#
        #expect(String(decoding: text.bytes, as: UTF8.self) == expected)
    }

    @Test("a finding has no null where other rows have text: anchore-cli could not sort its table")
    func findingHasNoNull() throws {
        let finding = FindingRecord(
            id: "CVE-2026-1",
            aliases: [],
            severity: .high,
            fixedVersions: [],
            willNotFix: false,
            provider: "debian",
            cvssVectors: nil,
            package: Package(type: .deb, name: "bash", version: "5.2-1"),
            distro: Distro(id: "debian", versionID: "12", name: "Debian 12")
        )
        let members = try #require(finding.json.members)
        #expect(members.allSatisfy { $0.value != .null })
        #expect(finding.json["fix"]?.string == "None")
        #expect(finding.json["severity"]?.string == "High")
        #expect(finding.json["package_type"]?.string == "dpkg")
        #expect(finding.json["feed_group"]?.string == "debian:12")
        #expect(finding.json["nvd_data"]?.array?.first?["cvss_v3"]?["base_score"] == .number(-1))
    }

    // The scores are those that NVD's calculators of version 2.0 and 3.1 give.
    @Test("a finding has its highest scores of each version, whichever version has the higher")
    func scoresOfEachVersion() throws {
        let finding = FindingRecord(
            id: "CVE-2026-1",
            aliases: [],
            severity: .high,
            fixedVersions: [],
            willNotFix: false,
            provider: "nvd",
            cvssVectors: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H "
                + "AV:N/AC:L/Au:N/C:P/I:P/A:P CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N "
                + "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N nonsense",
            package: Package(type: .python, name: "x", version: "1"),
            distro: nil
        )
        let nvd = try #require(finding.json["nvd_data"]?.array?.first)
        let names = ["base_score", "exploitability_score", "impact_score"]
        #expect(names.map { nvd["cvss_v3"]?[$0] } == [7.5, 3.9, 3.6].map { .number($0) })
        #expect(names.map { nvd["cvss_v2"]?[$0] } == [7.5, 10, 6.4].map { .number($0) })
    }

    @Test("a flaw without a CVE keeps its publisher's scores")
    func vendorScores() throws {
        let finding = FindingRecord(
            id: "GHSA-aaaa-bbbb-cccc",
            aliases: [],
            severity: .critical,
            fixedVersions: [],
            willNotFix: false,
            provider: "github",
            cvssVectors: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
            package: Package(type: .python, name: "x", version: "1"),
            distro: nil
        )
        #expect(finding.json["nvd_data"]?.array?.isEmpty == true)
        let own = try #require(finding.json["vendor_data"]?.array?.first)
        #expect(own["id"]?.string == "GHSA-aaaa-bbbb-cccc")
        #expect(own["cvss_v3"]?["base_score"] == .number(10))
    }

    @Test(
        "scores are the publisher's, too, where it gives some, as policies take them",
        arguments: [("pypi", true), ("redhat", true), ("debian", false), ("nvd", false)]
    )
    func publishersScores(provider: String, isPublishers: Bool) throws {
        func finding(_ vector: String?) -> FindingRecord {
            FindingRecord(
                id: "CVE-2026-1",
                aliases: [],
                severity: .high,
                fixedVersions: [],
                willNotFix: false,
                provider: provider,
                cvssVectors: vector,
                package: Package(type: .python, name: "x", version: "1"),
                distro: nil
            )
        }
        let scored = finding("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")
        #expect(scored.hasVendorScores == isPublishers)
        let nvd = try #require(scored.json["nvd_data"]?.array)
        #expect(nvd.first?["cvss_v3"]?["base_score"] == .number(10))
        let expected = isPublishers ? nvd : []
        #expect(scored.json["vendor_data"] == .array(expected))
        #expect(finding(nil).json["vendor_data"]?.array?.isEmpty == true)
    }

    // anchore-engine, anchore_engine/analyzers/syft/handlers: what becomes `content` of each type.
    @Test("packages of the distribution have a size, an origin and a source as Anchore Engine gives them")
    func contentOfDistribution() throws {
        let packages = [
            Package(
                type: .deb,
                name: "libc6",
                version: "2.36-9",
                source: SourcePackage(name: "glibc", version: "2.36-9"),
                supplier: "M <m@x>",
                installedBytes: 7168
            ),
            Package(
                type: .rpm,
                name: "vim",
                version: "2:9.0-1",
                source: SourcePackage(name: "vim", version: "2:9.0-1"),
                supplier: "V"
            ),
            Package(type: .rpm, name: "a", version: "1-2", source: SourcePackage(name: "b-c", version: "1-2")),
            Package(type: .rpm, name: "no-source", version: "1-2"),
            Package(type: .apk, name: "musl", version: "1-r0", source: SourcePackage(name: "m", version: "1-r0")),
            Package(type: .deb, name: "bash", version: "5.2-1", source: SourcePackage(name: "bash", version: "5.2-1")),
        ]
        let installed = packages.map { InstalledPackage(package: $0, layer: 0, paths: ["/db"]) }
        let content = try #require(ContentType.os.content(installed, files: nil).array)
        #expect(content.map { $0["size"]?.string } == ["7168", "N/A", "N/A", "N/A", "N/A", "N/A"])
        #expect(content.map { $0["origin"]?.string } == ["M <m@x> (maintainer)", "V", "N/A", "N/A", "N/A", "N/A"])
        #expect(
            content.map { $0["sourcepkg"]?.string }
                == ["glibc-2.36-9", "vim-9.0-1.src.rpm", "b-c-1-2.src.rpm", "N/A", "m", "N/A"]
        )
    }

    @Test("an archive of Java says again what Maven left in it, where it did")
    func contentOfJava() throws {
        let packages = [
            Package(type: .java, name: "core", version: "1.2", group: "org.x"),
            Package(type: .java, name: "plain", version: "1"),
        ]
        let installed = packages.map { InstalledPackage(package: $0, layer: 0, paths: ["/a.jar"]) }
        let content = try #require(ContentType.java.content(installed, files: nil).array)
        #expect(
            content.map { $0["metadata"]?["pom.properties"]?.string }
                == ["\ngroupId=org.x\nartifactId=core\nversion=1.2\n", nil]
        )
    }

    @Test("the history names the layer of each step that left one, the first step first")
    func history() throws {
        let manifest = #"{"layers":[{"digest":"sha256:a","size":7},{"digest":"sha256:b","size":9}]}"#
        let config = """
            {"history":[{"created_by":"ADD x","comment":"buildkit"},{"created_by":"ENV a=b","empty_layer":true},
                {"created_by":"RUN y"},{"created_by":"too many"}]}
            """
        func steps(_ config: String) -> [JSONValue] {
            ImageDocuments(manifest: Array(manifest.utf8), config: Array(config.utf8)).history.array ?? []
        }
        #expect(steps(config).map { $0["Id"]?.string } == ["sha256:a", "<missing>", "sha256:b", "<missing>"])
        #expect(steps(config).map { $0["Size"]?.int } == [7, 0, 9, 0])
        #expect(steps(config).map { $0["CreatedBy"]?.string } == ["ADD x", "ENV a=b", "RUN y", "too many"])
        #expect(steps(config).allSatisfy { $0["Comment"]?.string == "" })
        #expect(steps("{}").count == 2)
        #expect(steps("no JSON").count == 2)
    }

    @Test("an error carries its codes even where there are none")
    func envelope() {
        let error = AnchoreError.notAnalyzed(.analyzing).json
        #expect(error["message"]?.string?.contains("analysis_status: analyzing") == true)
        #expect(error["httpcode"]?.int == 404)
        #expect(error["detail"]?["error_codes"]?.array?.isEmpty == true)
        #expect(AnchoreError.missing("version").json["detail"]?.string == "'version' is a required property")
    }

    @Test("a bundle that lacks a member is refused in the words that clients look for, and the rest is told as well")
    func invalidBundle() {
        func problem(_ details: String, _ missing: String? = nil) -> PolicyProblem {
            PolicyProblem(type: "SchemaError", details: details, missingMember: missing)
        }
        func detail(_ problems: PolicyProblem...) -> String? {
            AnchoreError.invalidBundle(problems).json["detail"]?.string
        }
        #expect(detail(problem("a: 'x' is a required property", "x")) == "'x' is a required property")
        #expect(
            detail(problem("a: no gate 'g'"), problem("a: …", "x"), problem("b: 'y' is a required property", "y"))
                == "'x' is a required property\na: no gate 'g'\nb: 'y' is a required property"
        )
        #expect(AnchoreError.invalidBundle([problem("a: no gate 'g'")]).message == "Bundle failed validation")
    }

    @Test("a subscription is known by the MD5 of account, key and type")
    func subscriptionID() {
        let record = SubscriptionRecord(account: "admin", key: "docker.io/a:1", type: .tagUpdate, isActive: true)
        // python3: hashlib.md5(b"admin+docker.io/a:1+tag_update").hexdigest()
        #expect(record.id == "73b0a6987f1b82cf95bf35e781927ee4")
        #expect(SubscriptionRecord.forTag("x", account: "a", watchesTag: false).filter(\.isActive).count == 1)
    }

    @Test("an evaluation has the image's id as a key, and false for rows that no whitelist touches")
    func evaluation() throws {
        let row = EvaluationRow(
            triggerID: "t",
            gate: "always",
            trigger: "always",
            message: "m",
            action: .stop,
            whitelisting: nil,
            policyID: "p"
        )
        let outcome = PolicyOutcome(
            rows: [row],
            problems: [],
            policyAction: .stop,
            finalAction: .stop,
            reason: "policy_evaluation",
            mapping: false,
            allowRule: false,
            denyRule: false
        )
        let text = outcome.detail(imageID: "abc", tag: "docker.io/a:1")
        let detail = try JSONReader.read(text)
        let rows = try #require(detail["result"]?["abc"]?["result"]?["rows"]?.array)
        #expect(rows.first?.array?.count == 9)
        #expect(rows.first?.array?[7] == .bool(false))
        let record = EvaluationRecord(
            policyID: "p",
            isPass: false,
            evaluatedAt: "2026-01-02T03:04:05Z",
            evaluatedSeconds: 1,
            createdSeconds: 1,
            detail: String(decoding: text, as: UTF8.self)
        )
        let context = EvaluationContext(account: "admin", digest: "d", imageID: "abc", tag: "x", bundle: "{}")
        let shown = try JSONReader.read(record.json(context).bytes)
        #expect(shown["status"]?.string == "fail")
        let id = try #require(shown["detail"]?["result"]?["image_id"]?.string)
        #expect(shown["detail"]?["result"]?["result"]?[id] != nil)
        #expect(record.json(nil)["detail"]?.members?.isEmpty == true)
    }

    @Test("an evaluation's text is the same to the byte each time: by it a new outcome is told from a kept one")
    func evaluationText() {
        func row(_ id: String, _ whitelisting: EvaluationRow.Whitelisting?) -> EvaluationRow {
            EvaluationRow(
                triggerID: id,
                gate: "g",
                trigger: "t",
                message: "a \"b\"\né/[:",
                action: .stop,
                whitelisting: whitelisting,
                policyID: "p"
            )
        }
        let outcome = PolicyOutcome(
            rows: [row("1", nil), row("2", EvaluationRow.Whitelisting(listID: "l", listName: "n:", itemID: "i["))],
            problems: [PolicyProblem(type: "T", details: "d")],
            policyAction: .stop,
            finalAction: .go,
            reason: "r",
            mapping: ["id": "m"],
            allowRule: false,
            denyRule: false
        )
        let expected = #"""
            {"matched_mapping_rule":{"id":"m"},"matched_whitelisted_images_rule":false,
            "matched_blacklisted_images_rule":false,"final_action":"go","final_action_reason":"r",
            "evaluation_problems":[{"severity":"error","problem_type":"T","details":"d"}],"status":"pass",
            "result":{"a:":{"result":{"header":["Image_Id","Repo_Tag","Trigger_Id","Gate","Trigger","Check_Output",
            "Gate_Action","Whitelisted","Policy_Id"],"row_count":2,"rows":[
            ["a:","x:1","1","g","t","a \"b\"\u000aé/[:","stop",false,"p"],
            ["a:","x:1","2","g","t","a \"b\"\u000aé/[:","stop",
            {"whitelist_id":"l","whitelist_name":"n:","matched_rule_id":"i["},"p"]],"final_action":"stop"}},
            "policy_data":[],"whitelist_data":[],"policy_name":"","whitelist_names":[]}}
            """#.filter { $0 != "\n" }
        #expect(String(decoding: outcome.detail(imageID: "a:", tag: "x:1"), as: UTF8.self) == expected)
    }

    /// What stands behind the images of an answer about 25 of them.
    private func counts(_ page: FleetPage, returned: Int) throws -> JSONValue {
        var text = JSONText()
        text.openObject()
        for member in page.counts(returned: returned, total: 25) { text.member(member) }
        text.closeObject()
        return try JSONReader.read(text.bytes)
    }

    @Test("pages of the fleet begin at one, and the last has no next")
    func pages() throws {
        let page = try FleetPage(page: "2", limit: "10")
        #expect(page.range(of: 25) == 10..<20)
        #expect(try counts(page, returned: 10)["next_page"]?.string == "3")
        #expect(try FleetPage(page: "3", limit: "10").range(of: 25) == 20..<25)
        #expect(try counts(try FleetPage(page: "3", limit: "10"), returned: 5)["next_page"] == nil)
        // "If omitted or set to 0, return all", says Anchore's description of the API.
        for limit in [nil, "0"] { #expect(try FleetPage(page: nil, limit: limit).range(of: 7) == 0..<7) }
        for (number, limit) in [("0", "1"), ("x", "1"), ("1", "-4")] {
            #expect(throws: AnchoreError.self) { try FleetPage(page: number, limit: limit) }
        }
    }
}
