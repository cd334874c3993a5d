import Policy
import Reports
import Testing

@testable import Compliance

@Suite("Compliance profiles")
struct ComplianceProfileTests {
    private func judged(_ facts: ImageFacts, _ profile: ComplianceProfile) throws -> ImageCompliance {
        let name = ImageName(registry: "registry.example", repository: "team/app", tag: "1")
        return ImageCompliance(try profile.policies().evaluate(facts, as: name, now: .noon), under: profile)
    }

    @Test(
        "The bundle of each profile is valid, strictly, and a control is a policy",
        arguments: ComplianceProfile.all.map(\.name)
    )
    func bundles(_ name: String) throws {
        let profile = try #require(ComplianceProfile.named(name))
        let reading = PolicyBundle.read(try profile.bundle())
        #expect(reading.problems.isEmpty, "\(reading.problems)")
        #expect(reading.bundle?.id == "tallyman-\(name)")
        #expect(Set(profile.controls.map(\.id)).count == profile.controls.count)
        for control in profile.controls where control.rules.isEmpty { #expect(control.unseen?.isEmpty == false) }
        #expect(try profile.bundle() == profile.bundle())
    }

    @Test(
        "An image that is as it should be passes every control that can be judged",
        arguments: ComplianceProfile.all.map(\.name)
    )
    func compliant(_ name: String) throws {
        let profile = try #require(ComplianceProfile.named(name))
        let result = try judged(.compliant, profile)
        for control in result.controls {
            #expect(control.state == .pass || control.state == .notVisible, "\(control.id): \(control.evidence)")
        }
        #expect(result.passes)
    }

    @Test(
        "Each rule of each control fails the control when it fires, or says that there is nothing to judge by",
        arguments: ComplianceProfile.all.map(\.name)
    )
    func offences(_ name: String) throws {
        let profile = try #require(ComplianceProfile.named(name))
        let bundle = try profile.policies()
        for control in profile.judged {
            for rule in control.rules {
                var facts = ImageFacts.compliant
                facts.offend(rule)
                let result = ImageCompliance(bundle.evaluate(facts, as: nil, now: .noon), under: profile)
                let state = result.controls.first { $0.id == control.id }
                let isGap = ["scan_not_run", "vulnerability_data_unavailable"].contains(rule.trigger)
                let expected: ControlState = isGap ? .notCollected : .fail
                #expect(state?.state == expected, "\(control.id) \(rule.gate)/\(rule.trigger) \(rule.parameters)")
                let words = "\(rule.gate)/\(rule.trigger): "
                #expect(state?.evidence.contains { $0.hasPrefix(words) } == true)
                if rule.action == .stop { #expect(!result.passes, "\(control.id)") }
            }
        }
    }

    @Test("What nobody looked at passes nothing", arguments: ComplianceProfile.all.map(\.name))
    func unknown(_ name: String) throws {
        let profile = try #require(ComplianceProfile.named(name))
        let result = try judged(ImageFacts(), profile)
        for (control, written) in zip(result.controls, profile.controls) {
            #expect(control.state != .pass, "\(control.id)")
            #expect((control.state == .notVisible) == written.rules.isEmpty)
            #expect(!control.evidence.isEmpty || control.state == .notVisible)
        }
        #expect(!result.passes)
    }

    @Test("Of an image without history no control says how it was built")
    func silent() throws {
        var facts = ImageFacts.compliant
        facts.dockerfile = .collected(
            GuessedDockerfile.facts(
                history: [],
                stated: .init(user: "app", hasHealthcheck: true, environment: ["PATH=/bin"])
            )
        )
        func states(_ profile: ComplianceProfile) throws -> [String: ControlState] {
            Dictionary(try judged(facts, profile).controls.map { ($0.id, $0.state) }) { first, _ in first }
        }
        let cis = try states(.cisDocker)
        for id in ["4.7", "4.9", "4.10", "4.11"] { #expect(cis[id] == .notCollected, "\(id)") }
        // What the configuration states is judged.
        for id in ["4.1", "4.6"] { #expect(cis[id] == .pass, "\(id)") }
        facts.dockerfile = .collected(
            GuessedDockerfile.facts(history: [""], stated: .init(environment: ["API_KEY=abc"]))
        )
        let bare = try states(.cisDocker)
        for id in ["4.1", "4.6", "4.10"] { #expect(bare[id] == .fail, "\(id)") }
    }

    @Test("Where no scanner ran, controls about malware are not assessed", arguments: ComplianceProfile.all.map(\.name))
    func noScanner(_ name: String) throws {
        let profile = try #require(ComplianceProfile.named(name))
        var facts = ImageFacts.compliant
        facts.malwareScans = ImageFacts().malwareScans
        let result = try judged(facts, profile)
        for (control, written) in zip(result.controls, profile.controls) {
            let isAsked = written.rules.contains { $0.gate == "malware" }
            #expect((control.state == .notCollected) == isAsked, "\(control.id)")
            #expect(control.state != .fail, "\(control.id)")
        }
        let asked = profile.judged.count { control in control.rules.contains { $0.gate == "malware" } }
        let totals = ComplianceReport(profile, images: [result]).totals
        #expect(totals.map(\.notCollected).reduce(0, +) == asked)
        // What could not be judged does not pass.
        #expect(result.passes == (asked == 0))
    }

    @Test(
        "Root file systems of base images may come with ADD, other files not",
        arguments: [
            ("ADD file:5c44a80b3f84f5b1 in / ", true), ("ADD rootfs.tar.xz / # buildkit", true),
            ("ADD debian-bookworm.tar.gz /", true), ("ADD app.tar.gz /srv/", false), ("ADD . /app", false),
            ("ADD https://example.org/x /x", false),
        ]
    )
    func additions(_ line: String, _ isFine: Bool) throws {
        var facts = ImageFacts.compliant
        facts.addInstruction(line)
        let control = try judged(facts, .cisDocker).controls.first { $0.id == "4.9" }
        #expect(control?.state == (isFine ? .pass : .fail))
    }

    @Test(
        "Secrets in instructions are told from names, files and variables",
        arguments: [
            ("ENV POSTGRES_PASSWORD=abc", false), ("ENV API_KEY abc", false), ("ARG ACCESS_TOKEN=\"x\"", false),
            ("RUN |1 AUTH_TOKEN=abc /bin/sh -c make", false), ("RUN curl --password=abc https://x", false),
            ("ENV POSTGRES_PASSWORD_FILE=/run/secrets/p", true), ("ENV PASSWORD=$OTHER", true),
            ("RUN apt-get install -y passwd sudo", true), ("RUN curl --password=\"$PW\" https://x", true),
            ("RUN passwd -l root", true), ("ARG API_KEY", true), ("ENV SECRET_NAME=db", true),
        ]
    )
    func instructions(_ line: String, _ isFine: Bool) throws {
        var facts = ImageFacts.compliant
        facts.addInstruction(line)
        let control = try judged(facts, .cisDocker).controls.first { $0.id == "4.10" }
        #expect(control?.state == (isFine ? .pass : .fail), "\(control?.evidence ?? [])")
        #expect(control?.evidence.contains { $0.contains("abc") } == false, "a secret is not told")
    }

    @Test("A bundle without a mapping for the image, or with foreign problems, proves nothing")
    func broken() {
        func states(_ isMapped: Bool, _ problems: [ImageCompliance.Problem]) -> Set<ControlState> {
            Set(
                ImageCompliance(
                    image: "a",
                    digest: nil,
                    passes: true,
                    isMapped: isMapped,
                    findings: [],
                    problems: problems,
                    under: .cisDocker
                ).controls.map(\.state)
            )
        }
        #expect(states(true, []) == [.pass, .notVisible])
        #expect(states(false, []) == [.notCollected, .notVisible])
        #expect(states(true, [.init(path: "", cause: "x")]) == [.notCollected, .notVisible])
        #expect(states(true, [.init(path: "policies[99].rules[0]", cause: "x")]) == [.notCollected, .notVisible])
        #expect(states(true, [.init(path: "policies[0].rules[0]", cause: "x")]) == [.pass, .notCollected, .notVisible])
    }

    @Test("A report counts controls over images, and every form says so")
    func report() throws {
        var bad = ImageFacts.compliant
        bad.addInstruction("USER 0")
        bad.addInstruction("LABEL x=\"<script>\"")
        let profile = ComplianceProfile.cisDocker
        let good = try judged(.compliant, profile)
        let report = ComplianceReport(profile, images: [try judged(bad, profile), good])
        let user = try #require(report.totals.first { $0.id == "4.1" })
        #expect(user.pass == 1 && user.fail == 1 && user.isVisible)
        #expect(report.totals.first { $0.id == "4.2" }?.isVisible == false)
        #expect(!report.passes)
        #expect(report.text(.plain).contains("CONTROLS THAT FAIL"))
        #expect(ComplianceReport(profile, images: [good]).text(.plain).contains("not-visible"))
        let csv = String(decoding: report.csv(), as: UTF8.self)
        #expect(csv.split(whereSeparator: \.isNewline).count >= 2 * profile.controls.count + 1)
        #expect(csv.contains("User 0 found as effective user"))
        let html = String(decoding: report.html(), as: UTF8.self)
        #expect(html.contains("User 0 found as effective user") && !html.contains("<script"))
        let partial = ComplianceReport(profile, images: [good], unjudged: ["<b>:1"])
        #expect(!partial.passes && partial.text(.plain).contains("1 image could not be judged, scan again: <b>:1"))
        #expect(String(decoding: partial.csv(), as: UTF8.self).contains("<b>:1,,,,not-judged,,scan it again"))
        #expect(String(decoding: partial.html(), as: UTF8.self).contains("&lt;b&gt;:1"))
        #expect(try report.rendered(as: .json) == report.rendered(as: .json))
    }
}
