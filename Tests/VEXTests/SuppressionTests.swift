import Foundation
import ScanModel
import TallymanTesting
import Testing

@testable import VEX

struct SuppressionTests {
    private static let image = ImageIdentity(reference: ImageReference("ghcr.io/org/app:1"), digests: ["sha256:aa"])
    private static let curl = "pkg:deb/debian/curl@7.88-1?arch=amd64&distro=debian-12"

    private static func openVEX(_ statements: String) -> String {
        """
        {"@context":"https://openvex.dev/ns/v0.2.0","@id":"doc-1","author":"A","timestamp":"2024-01-01T00:00:00Z",
         "version":1,"statements":[\(statements)]}
        """
    }

    private func suppressions(_ texts: String...) throws -> Suppressions {
        let documents = try texts.map { try VEXDocument(Array($0.utf8), name: "x.json") }
        #expect(documents.flatMap(\.problems) == [])
        return Suppressions(documents: documents, today: "2024-06-01")
    }

    private func ask(_ all: Suppressions, _ id: String = "CVE-1", _ aliases: [String] = []) -> Suppression? {
        all.suppression(id: id, aliases: aliases, purl: Self.curl, image: Self.image)
    }

    @Test("A statement about an image counts for its packages, and one with subcomponents for those alone")
    func subcomponents() throws {
        let whole = try suppressions(
            Self.openVEX(
                #"{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:oci/app"}],"status":"not_affected","justification":"component_not_present"}"#
            )
        )
        #expect(ask(whole)?.justification == "component_not_present" && ask(whole)?.source == "doc-1")
        func part(_ purl: String) -> String {
            Self.openVEX(
                #"{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:oci/app","subcomponents":[{"@id":"\#(purl)"}]}],"status":"not_affected"}"#
            )
        }
        #expect(ask(try suppressions(part("pkg:deb/debian/curl"))) != nil)
        #expect(ask(try suppressions(part("pkg:deb/debian/wget"))) == nil)
        let other = part("pkg:deb/debian/curl").replacingOccurrences(of: "pkg:oci/app", with: "pkg:oci/other")
        #expect(ask(try suppressions(other)) == nil)
    }

    @Test("Aliases on either side name one flaw")
    func aliases() throws {
        let all = try suppressions(
            Self.openVEX(
                #"{"vulnerability":{"name":"GHSA-x","aliases":["CVE-1"]},"products":["pkg:deb/debian/curl"],"status":"fixed"}"#
            )
        )
        #expect(ask(all)?.status == .fixed)
        #expect(ask(all, "CVE-2") == nil && ask(all, "CVE-2", ["GHSA-x"])?.status == .fixed)
    }

    @Test("The latest statement counts, whatever it says")
    func latest() throws {
        func statement(_ status: String, _ time: String) -> String {
            #"{"vulnerability":{"name":"CVE-1"},"timestamp":"\#(time)","products":["pkg:deb/debian/curl"],"status":"\#(status)"}"#
        }
        let old = statement("not_affected", "2024-01-01T00:00:00Z")
        let new = statement("affected", "2024-02-01T00:00:00Z")
        #expect(ask(try suppressions(Self.openVEX("\(old),\(new)"))) == nil)
        #expect(ask(try suppressions(Self.openVEX(new), Self.openVEX(old))) == nil)
        let newest = statement("fixed", "2024-03-01T00:00:00Z")
        #expect(ask(try suppressions(Self.openVEX("\(newest),\(new)")))?.status == .fixed)
        let open = statement("under_investigation", "2024-04-01T00:00:00Z")
        let all = try suppressions(Self.openVEX("\(open),\(newest)"))
        #expect(
            all.about(id: "CVE-1", aliases: [], purl: Self.curl).status(in: Self.image) == .underInvestigation
        )
    }

    @Test("Times are compared as instants, whatever their zone and precision")
    func instants() throws {
        func statement(_ status: String, _ time: String) -> String {
            #"{"vulnerability":{"name":"CVE-1"},"timestamp":"\#(time)","products":["pkg:deb/debian/curl"],"status":"\#(status)"}"#
        }
        let pairs = [
            ("2024-01-01T09:00:00+02:00", "2024-01-01T08:00:00Z"),
            ("2024-01-01T23:00:00Z", "2024-01-01T20:00:00-05:00"),
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5Z"), ("2024-02-29", "2024-03-01T00:00:00Z"),
            ("x", "2000-01-01"),
            ("2024-02-30T00:00:00Z", "2000-01-01"),
        ]
        for (old, new) in pairs {
            let texts = [statement("not_affected", old), statement("affected", new)]
            #expect(ask(try suppressions(Self.openVEX(texts.joined(separator: ",")))) == nil, "\(old) before \(new)")
            #expect(ask(try suppressions(Self.openVEX(texts.reversed().joined(separator: ",")))) == nil)
        }
    }

    @Test("What is said of an image as a whole, and of a package, is weighed by time image by image")
    func dependence() throws {
        let all = try suppressions(
            Self.openVEX(
                #"{"vulnerability":{"name":"CVE-1"},"products":["pkg:deb/debian/curl"],"status":"not_affected"},"#
                    + #"{"vulnerability":{"name":"CVE-1"},"timestamp":"2024-02-01T00:00:00Z","products":["ghcr.io/org/app"],"status":"affected"}"#
            )
        )
        let verdict = all.about(id: "CVE-1", aliases: [], purl: Self.curl)
        #expect(verdict.dependsOnImage && !verdict.isEmpty)
        #expect(verdict.suppression(in: Self.image) == nil)
        let other = ImageIdentity(reference: ImageReference("ghcr.io/org/other"), digests: [])
        #expect(verdict.suppression(in: other)?.status == .notAffected)
        #expect(all.about(id: "CVE-2", aliases: [], purl: Self.curl).isEmpty)
    }

    @Test("CSAF: a component on a release counts on that release, with its label and its impact")
    func csaf() throws {
        // Shaped after Red Hat's VEX files, shortened.
        let text = """
            {"document":{"csaf_version":"2.0","category":"csaf_vex","publisher":{"name":"Red Hat"},
             "tracking":{"id":"CVE-1","current_release_date":"2024-01-01T00:00:00+00:00"}},
             "product_tree":{"branches":[{"category":"vendor","name":"Red Hat","branches":[
              {"category":"product_name","name":"RHEL 9","product":{"name":"RHEL 9","product_id":"rhel9",
               "product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:9"}}},
              {"category":"product_name","name":"3scale","product":{"name":"3scale","product_id":"amp",
               "product_identification_helper":{"cpe":"cpe:/a:redhat:red_hat_3scale_amp:2"}}},
              {"category":"product_version","name":"curl","product":{"name":"curl","product_id":"curl",
               "product_identification_helper":{"purl":"pkg:rpm/redhat/curl?arch=src"}}}]}],
              "relationships":[
               {"category":"default_component_of","full_product_name":{"name":"a","product_id":"rhel9:curl"},
                "product_reference":"curl","relates_to_product_reference":"rhel9"},
               {"category":"default_component_of","full_product_name":{"name":"b","product_id":"amp:curl"},
                "product_reference":"curl","relates_to_product_reference":"amp"}]},
             "vulnerabilities":[{"cve":"CVE-1","product_status":{"known_not_affected":["rhel9:curl"]},
              "flags":[{"label":"vulnerable_code_not_present","product_ids":["rhel9:curl"]}],
              "threats":[{"category":"impact","details":"Not built in.","product_ids":["rhel9:curl"]}]},
              {"cve":"CVE-2","product_status":{"known_not_affected":["amp:curl"]}}]}
            """
        let all = try suppressions(text)
        func ask(_ id: String, _ distro: String) -> Suppression? {
            let purl = "pkg:rpm/redhat/libcurl@7.76-1.el9?arch=x86_64&distro=\(distro)&upstream=curl-7.76-1.el9.src.rpm"
            return all.suppression(id: id, aliases: [], purl: purl, image: Self.image)
        }
        let found = try #require(ask("CVE-1", "rhel-9.4"))
        #expect(found.justification == "vulnerable_code_not_present" && found.reason == "Not built in.")
        #expect(found.author == "Red Hat" && found.source == "CVE-1")
        #expect(ask("CVE-1", "rhel-8.9") == nil)
        #expect(ask("CVE-2", "rhel-9.4") == nil)
    }

    @Test("CycloneDX: analysis states, BOM links and versions")
    func cycloneDX() throws {
        func text(_ affected: String, state: String = "not_affected") -> String {
            """
            {"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:1",
             "components":[{"type":"library","bom-ref":"c1","purl":"pkg:deb/debian/curl@7.88-1","name":"curl"}],
             "vulnerabilities":[{"id":"CVE-1","analysis":{"state":"\(state)","justification":"code_not_reachable",
             "detail":"d"},"affects":[\(affected)]},{"id":"CVE-9","affects":[{"ref":"c1"}]}]}
            """
        }
        #expect(ask(try suppressions(text(#"{"ref":"c1"}"#)))?.justification == "code_not_reachable")
        #expect(ask(try suppressions(text(#"{"ref":"c1"}"#, state: "exploitable"))) == nil)
        #expect(ask(try suppressions(text(#"{"ref":"c1"}"#, state: "resolved")))?.status == .fixed)
        let link = #"{"ref":"urn:cdx:3e671687/1#pkg%3Adeb%2Fdebian%2Fcurl%407.88-1"}"#
        #expect(ask(try suppressions(text(link))) != nil)
        let version = #"{"ref":"pkg:deb/debian/curl","versions":[{"version":"7.88-1"}]}"#
        #expect(ask(try suppressions(text(version))) != nil)
        #expect(ask(try suppressions(text(version.replacingOccurrences(of: "7.88", with: "7.89")))) == nil)
        let range = #"{"ref":"c1","versions":[{"range":"vers:deb/<8"}]},{"ref":"pkg:deb/debian/wget"}"#
        #expect(ask(try suppressions(text(range))) == nil)
    }

    @Test("Exceptions count in their scope and until their end, and the ended ones are told")
    func exceptions() throws {
        let text = """
            exceptions:
              - id: CVE-1
                package: curl
                reason: only used by the build
                author: jane@example.org
                expires: 2024-06-01
                images: ["ghcr.io/org/*"]
              - {id: CVE-2, reason: r, expires: 2024-05-31}
              - {id: CVE-3, reason: r, images: ["ghcr.io/*"]}
              - {id: CVE-4, reason: r, package: "pkg:deb/debian/curl@1"}
              - {id: CVE-5}
              - {id: CVE-6, reason: r, image: x}
              - {id: CVE-7, reason: r, expires: soon}
              - {id: CVE-8, reason: r, expires: 2024-02-30}
              - {id: CVE-9, reason: r, images: []}
              - {id: CVE-10, reason: r, package: }
              - {id: CVE-11, reason: r, justification: because}
              - {id: CVE-12, reason: r, justification: component_not_present}
            """
        let file = try ExceptionFile(Array(text.utf8), name: "e.yaml")
        #expect(file.exceptions.count == 5 && file.problems.count == 7)
        let all = Suppressions(documents: [], exceptions: file.exceptions, today: "2024-06-01")
        let found = try #require(ask(all))
        #expect(found.status == .accepted && found.author == "jane@example.org" && found.expires == "2024-06-01")
        #expect(found.kind == .exception && ask(all, "CVE-12")?.status == .notAffected)
        #expect(found.source == "e.yaml" && all.expired.map(\.id) == ["CVE-2"])
        for id in ["CVE-2", "CVE-3", "CVE-4"] { #expect(ask(all, id) == nil) }
        #expect(ask(all, "GHSA-x", ["CVE-1"]) != nil)
        let later = Suppressions(documents: [], exceptions: file.exceptions, today: "2024-06-02")
        #expect(ask(later) == nil && later.expired.map(\.id) == ["CVE-1", "CVE-2"])
        #expect(throws: VEXError.self) { try ExceptionFile(Array("[]".utf8), name: "x") }
        let json = #"{"exceptions":[{"id":"CVE-1","reason":"r"}]}"#
        #expect(try ExceptionFile(Array(json.utf8), name: "x").exceptions.count == 1)
    }

    @Test("A damaged file of exceptions is refused, or read without the entries that make no sense")
    func damagedExceptions() throws {
        let text = """
            exceptions:
              - id: CVE-1
                package: "pkg:deb/debian/wget"
                reason: 'only used by the build'
                expires: 2024-06-01
                images: ["ghcr.io/org/*", other/app]
                justification: component_not_present
              - {id: CVE-2, reason: r}
            """
        let bytes = Array(text.utf8)
        var random = SeededRandom(seed: 5)
        for _ in 0..<2000 {
            var copy = bytes
            for _ in 0...random.below(4) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            if random.below(4) == 0 { copy.removeLast(random.below(copy.count)) }
            guard let file = try? ExceptionFile(copy, name: "x") else { continue }  // Refused is right, too.
            #expect(file.exceptions.allSatisfy { !$0.id.isEmpty && !$0.reason.isEmpty })
            _ = ask(Suppressions(documents: [], exceptions: file.exceptions, today: "2024-01-01"))
        }
    }

    @Test(
        "Days are those of the calendar",
        arguments: [
            ("2024-02-29", true), ("2023-02-29", false), ("2000-02-29", true), ("1900-02-29", false),
            ("2024-04-31", false), ("2024-12-31", true), ("2024-13-01", false), ("2024-00-10", false),
            ("0000-01-01", false), ("2024-1-01", false), ("2024-01-01T", false), ("", false), ("２０24-01-01", false),
        ]
    )
    func days(text: String, isDay: Bool) {
        #expect((CalendarDay(text) != nil) == isDay)
    }

    @Test(
        "Patterns of images stop at slashes unless doubled",
        arguments: [
            ("a/b", "a/b", true), ("a/b", "a/*", true), ("a/b/c", "a/*", false), ("a/b/c", "a/**", true),
            ("a/b", "*", false),
            ("a/b", "**", true), ("ab", "a?", true), ("a/", "a?", false), ("a", "", false), ("", "**", true),
            ("abc", "a*c", true),
            ("ac", "a*c", true), ("abd", "a*c", false),
        ]
    )
    func globs(text: String, pattern: String, expected: Bool) {
        #expect(Glob.matches(text, pattern) == expected)
        let long = String(repeating: "a", count: 500)
        #expect(!Glob.matches(long, String(repeating: "*a", count: 200) + "b"))
    }

    @Test("What is suppressed can be written as OpenVEX and read again")
    func export() throws {
        let entries = [
            OpenVEXWriter.Entry(
                id: "CVE-1",
                aliases: ["GHSA-x"],
                purl: Self.curl,
                assessment: .suppressed(
                    Suppression(
                        kind: .vex,
                        status: .notAffected,
                        justification: "component_not_present",
                        source: "s"
                    )
                )
            ),
            OpenVEXWriter.Entry(
                id: "CVE-2",
                aliases: [],
                purl: Self.curl,
                assessment: .suppressed(
                    Suppression(kind: .exception, status: .accepted, reason: "later", source: "s")
                )
            ),
        ]
        let image = OpenVEXWriter.Image(purl: "pkg:oci/app?repository_url=ghcr.io/org/app", digest: nil)
        let bytes = try OpenVEXWriter.document(entries, image: image, author: "A", timestamp: "2024-01-01T00:00:00Z")
        let again = try OpenVEXWriter.document(
            entries.reversed(),
            image: image,
            author: "A",
            timestamp: "2024-01-01T00:00:00Z"
        )
        #expect(bytes == again)
        let all = Suppressions(documents: [try VEXDocument(bytes, name: "x")], today: "2024-01-01")
        #expect(ask(all)?.justification == "component_not_present")
        #expect(ask(all, "CVE-9", ["GHSA-x"]) != nil && ask(all, "CVE-2") == nil)
    }

    @Test("What is none of the formats is refused, and damage is survived")
    func damage() throws {
        for text in ["", "{}", "[]", #"{"@context":"x"}"#, #"{"bomFormat":"SPDX"}"#] {
            #expect(throws: VEXError.self) { try VEXDocument(Array(text.utf8), name: "x") }
        }
        let texts = [
            Self.openVEX(
                #"{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:oci/a@1?b=c","subcomponents":[{"@id":"pkg:npm/%40a/b"}]}],"status":"fixed"}"#
            ),
            #"{"bomFormat":"CycloneDX","components":[{"bom-ref":"a","purl":"pkg:npm/a"}],"vulnerabilities":[{"id":"C","analysis":{"state":"resolved"},"affects":[{"ref":"a"}]}]}"#,
            #"{"document":{"csaf_version":"2.0"},"product_tree":{"full_product_names":[{"product_id":"p","product_identification_helper":{"purl":"pkg:npm/a"}}]},"vulnerabilities":[{"cve":"C","product_status":{"fixed":["p"]}}]}"#,
        ]
        var random = SeededRandom(seed: 3)
        for text in texts {
            let bytes = Array(text.utf8)
            #expect(try VEXDocument(bytes, name: "x").statements.count == 1)
            for _ in 0..<500 {
                var copy = bytes
                for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
                guard let document = try? VEXDocument(copy, name: "x") else { continue }  // Refused is right, too.
                _ = ask(Suppressions(documents: [document], today: "2024-01-01"))
            }
        }
    }

    @Test("Statements without a flaw, a product or a known status are problems")
    func problems() throws {
        let text = Self.openVEX(
            #"{"products":["pkg:npm/a"],"status":"fixed"},{"vulnerability":{"name":"C"},"status":"fixed"},{"vulnerability":{"name":"C"},"products":["pkg:npm/a"],"status":"?"}"#
        )
        let document = try VEXDocument(Array(text.utf8), name: "x")
        #expect(document.statements.isEmpty && document.problems.count == 3)
    }
}
