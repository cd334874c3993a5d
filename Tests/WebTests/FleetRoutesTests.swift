import AnchoreAPI
import Foundation
import Postgres
import Store
import Testing

@Suite("The API for fleets over HTTP", .enabled(if: APIServer.isWanted), .tags(.integration), .serialized)
struct FleetRoutesTests {
    @Test("an image, what is in it and what it is touched by are found from every side")
    func resources() async throws {
        try await APIServer.with { server in
            let client = server.client
            let digests = try await server.fill(3)
            let fleet = try await client.get("/v2/fleet").json
            #expect(fleet?["images"]?.int == 3)
            #expect(fleet?["vulnerabilities"]?["high"]?.int == 1)
            #expect(fleet?["newestRun"]?["state"]?.string == "done")

            let images = try await client.get("/v2/images?registry=registry.test&distro=debian-12&isAnalysed=true")
            #expect(images.json?["items"]?.array?.compactMap { $0["digest"]?.string }.sorted() == digests.sorted())
            #expect(images.json?["items"]?.array?.first?["findings"]?["high"]?.int == 1)
            #expect(try await client.get("/v2/images?tag=none").json?["items"]?.array == [])
            let digest = try #require(digests.first)
            let image = try await client.get("/v2/images/\(digest.replacing(":", with: "%3A"))").json
            #expect(image?["references"]?.array == [.string("registry.test/team/app0:1")])
            #expect(image?["packages"]?.int == 1)
            let held = try await client.get("/v2/images/\(digest)/packages").json?["items"]?.array?.first
            #expect(held?["purl"]?.string?.hasPrefix("pkg:deb/debian/bash@5.2-1") == true)
            #expect(held?["licenses"]?.array == [.string("GPL-3.0-or-later")])
            let package = try #require(held?["number"]?.int)
            let finding = try await client.get("/v2/images/\(digest)/vulnerabilities?severity=high&kev=false").json
            #expect(finding?["items"]?.array?.first?["vulnerability"]?.string == "CVE-2099-1")
            #expect(finding?["items"]?.array?.first?["fixedVersions"]?.array == [.string("5.2-2")])
            #expect(try await client.get("/v2/images/\(digest)/vulnerabilities?kev=true").json?["items"]?.array == [])
            let layers = try await client.get("/v2/images/\(digest)/layers").json?["items"]?.array
            #expect(layers?.first?["packages"]?.int == 1)
            for (format, media, text) in [
                ("cyclonedx-json", "application/vnd.cyclonedx+json", #""bomFormat""#),
                ("cyclonedx-xml", "application/vnd.cyclonedx+xml", "<bom"), ("spdx-tag-value", "text/spdx", "SPDX-2.3"),
                ("spdx-json", "application/spdx+json", "SPDX-2.3"),
            ] {
                let bill = try await client.get("/v2/images/\(digest)/sbom?format=\(format)")
                #expect(bill.headers["content-type"] == media)
                #expect(bill.text.contains(text) && bill.text.contains("pkg:deb/debian/bash@5.2-1"))
                // What the image's configuration says, as in the document that `tallyman sbom` writes.
                for stated in ["tallyman:label:team", "core", "linux/amd64", "2024-05-06T07:08:09Z"] {
                    #expect(bill.text.contains(stated), "\(format): \(stated)")
                }
            }

            #expect(try await client.get("/v2/packages?name=BASH&type=deb").json?["items"]?.array?.count == 1)
            #expect(try await client.get("/v2/packages/\(package)").json?["vulnerabilities"]?["high"]?.int == 1)
            #expect(try await client.get("/v2/packages/\(package)/images").json?["items"]?.array?.count == 3)
            let touching = try await client.get("/v2/packages/\(package)/vulnerabilities").json?["items"]?.array
            #expect(touching?.first?["provider"]?.string == "test")
            #expect(try await client.get("/v2/vulnerabilities?severity=high").json?["items"]?.array?.count == 1)
            #expect(try await client.get("/v2/vulnerabilities?severity=low").json?["items"]?.array == [])
            let flaw = try await client.get("/v2/vulnerabilities/GHSA-1").json
            #expect(flaw?["images"]?.int == 3)
            #expect(flaw?["vulnerability"]?["id"]?.string == "CVE-2099-1")
            let affected = try await client.get("/v2/vulnerabilities/CVE-2099-1/images").json?["items"]?.array
            #expect(affected?.count == 3)
            #expect(affected?.first?["findings"]?.array?.first?["firstSeen"]?.string?.count == 10)
            #expect(try await client.get("/v2/vulnerabilities/CVE-2099-1/packages").json?["items"]?.array?.count == 1)

            try await reports(server)
            try await exceptions(server, digest)
            try await runs(server)
        }
    }

    private func reports(_ server: APIServer) async throws {
        let client = server.client
        #expect(try await client.get("/v2/reports").json?["items"]?.array?.count == 4)
        #expect(try await client.get("/v2/reports/nightly").json?["schema"]?.string == "tallyman.report/1")
        let findings = try await client.get("/v2/reports/findings")
        #expect(findings.headers["content-type"] == "application/x-ndjson")
        let lines = findings.body.split(separator: 0x0a).map { try? JSONReader.read(Array($0)) }
        #expect(lines.first??["vulnerability"]?.string == "CVE-2099-1")
        let table = try await client.get("/v2/reports/packages?format=csv").text.split(separator: "\r\n")
        #expect(table.count == 2)
        #expect(table.last?.contains("pkg:deb/debian/bash@5.2-1") == true)
        #expect(try await client.get("/v2/rebuild-plan?limit=1").json?["steps"]?.array?.count == 1)
        #expect(try await client.get("/v2/reports/nightly?run=9999").status == 404)
        let newest = try #require(try await server.store.finishedRun(before: nil))
        for since in [newest, newest + 1] {
            let backwards = try await client.get("/v2/reports/nightly?run=\(newest)&since=\(since)")
            #expect(backwards.status == 404)
        }
        #expect(try await client.get("/v2/advisories").json?["items"]?.array == [])
    }

    private func exceptions(_ server: APIServer, _ digest: String) async throws {
        let client = server.client
        let body = #"{"vulnerability":"CVE-2099-1","reason":"build only","images":["registry.test/team/app0"]}"#
        let made = try await client.send("POST", "/v2/exceptions", body: body, headers: Self.isJSON)
        #expect(made.status == 201)
        let place = try #require(made.headers["location"])
        #expect(try await client.get(place).json == made.json)
        #expect(made.json?["author"]?.string == "admin")
        let again = try await client.send("POST", "/v2/exceptions", body: body, headers: Self.isJSON)
        #expect(again.status == 200)
        #expect(again.headers["location"] == place)
        // It counts in the image that it names, and in no other.
        let image = try await client.get("/v2/images/\(digest)").json
        #expect(image?["findings"]?["high"]?.int == 0)
        #expect(image?["suppressed"]?.int == 1)
        let finding = try await client.get("/v2/images/\(digest)/vulnerabilities").json?["items"]?.array?.first
        #expect(finding?["suppression"]?["status"]?.string == "accepted")
        let others = try await client.get("/v2/images").json?["items"]?.array?.compactMap { $0["suppressed"]?.int }
        #expect(others?.sorted() == [0, 0, 1])
        #expect(try await client.get("/v2/exceptions?hasEnded=false").json?["items"]?.array?.count == 1)
        #expect(try await client.get("/v2/exceptions?hasEnded=true").json?["items"]?.array == [])
        #expect(try await client.send("DELETE", place).status == 204)
        #expect(try await client.send("DELETE", place).status == 404)
        #expect(try await client.get(place).status == 404)
    }

    private func runs(_ server: APIServer) async throws {
        let client = server.client
        let everything = try await client.send("POST", "/v2/runs", body: "{}", headers: Self.isJSON)
        #expect(everything.json?["targets"]?.array == [.string("registry.test")])
        let body = #"{"targets":["registry.test/team/app0"],"platform":"linux/amd64","isInteractive":true}"#
        let made = try await client.send("POST", "/v2/runs", body: body, headers: Self.isJSON)
        #expect(made.status == 201)
        let place = try #require(made.headers["location"])
        #expect(try await client.get(place).json?["run"] == made.json)
        for part in ["images", "failures", "problems", "waiting"] {
            #expect(try await client.get("\(place)/\(part)").json?["items"]?.array == [], "\(part)")
        }
        let done = try await client.get("/v2/runs?state=done&limit=1")
        let number = try #require(done.json?["items"]?.array?.first?["number"]?.int)
        #expect(done.headers["link"]?.hasPrefix("</v2/runs?state=done&limit=1&cursor=") == true)
        let image = try await client.get("/v2/runs/\(number)/images?state=analysed").json?["items"]?.array?.first
        #expect(image?["image"]?.string?.hasPrefix("sha256:") == true)
        for _ in 0..<2 {
            let cancelled = try await client.send("POST", "\(place)/cancel")
            #expect(cancelled.status == 200)
            #expect(cancelled.headers["location"] == place)
            #expect(cancelled.json?["state"]?.string == "cancelled")
        }
        #expect(try await client.get("/v2/runs?state=cancelled").json?["items"]?.array?.count == 1)
        let late = try await client.send("POST", "/v2/runs/\(number)/cancel")
        #expect(late.status == 409)
        #expect(late.json?["detail"]?.string?.hasSuffix("it is done") == true)
        #expect(try await client.send("POST", "/v2/runs/9999/cancel").status == 404)
    }

    static let isJSON = ["Content-Type: application/json"]

    @Test("walking through pages gives each item once, also while others come and go")
    func walking() async throws {
        try await APIServer.with { server in
            let digests = try await server.fill(17)
            for limit in [1, 3, 17, 500] {
                var seen: [String] = []
                var query = "?limit=\(limit)"
                var steps = 0
                while true {
                    let page = try await server.client.get("/v2/images" + query)
                    #expect(page.status == 200)
                    seen += page.json?["items"]?.array?.compactMap { $0["digest"]?.string } ?? []
                    steps += 1
                    // Newer ones come while the list is walked through.
                    if limit == 3 { _ = try await server.add("new", "\(steps)") }
                    guard let next = page.json?["next"]?.string, steps < 100 else { break }
                    query = "?limit=\(limit)&cursor=\(next)"
                }
                let old = seen.filter { digests.contains($0) }
                #expect(old.sorted() == digests.sorted(), "\(limit)")
                #expect(Set(seen).count == seen.count, "\(limit)")
            }
            let page = try await server.client.get("/v2/packages?limit=1")
            #expect(page.json?["items"]?.array?.count == 1)
            #expect(page.json?["next"] == nil)
        }
    }

    @Test("answers that have not changed are not sent again")
    func tags() async throws {
        try await APIServer.with { server in
            let client = server.client
            for path in ["/v2/fleet", "/v2/images", "/v2/openapi.json", "/v2/"] {
                let first = try await client.get(path)
                let tag = try #require(first.headers["etag"])
                let again = try await client.send("GET", path, headers: ["If-None-Match: W/\"x\", \(tag)"])
                #expect(again.status == 304)
                #expect(again.body.isEmpty)
                #expect(again.headers["etag"] == tag)
                let head = try await client.send("HEAD", path)
                #expect(head.status == 200)
                #expect(head.headers["etag"] == tag)
                #expect(head.headers["content-length"] == "\(first.body.count)")
            }
            _ = try await server.fill(1)
            let tag = try #require(try await client.get("/v2/images").headers["etag"])
            _ = try await server.add("other", "1")
            #expect(try await client.send("GET", "/v2/images", headers: ["If-None-Match: \(tag)"]).status == 200)
        }
    }
}

extension APIServer {
    /// Adds an image through the API and returns its digest.
    func add(_ repository: String, _ tag: String) async throws -> String {
        lookup.add(try FixedLookup.image("team/\(repository)", tag))
        let added = try await client.send(
            "POST",
            "/v1/images",
            body: #"{"tag":"registry.test/team/\#(repository):\#(tag)"}"#
        )
        return try #require(added.json?.array?.first?["imageDigest"]?.string)
    }

    /// Makes a fleet of `count` analysed images, each with one package that has one vulnerability with a fix.
    func fill(_ count: Int) async throws -> [String] {
        var digests: [String] = []
        for number in 0..<count { digests.append(try await add("app\(number)", "1")) }
        try await store.analyseEverything()
        try await store.pool.run { session in
            try session.script(
                """
                UPDATE runs SET origin = 'fleet';
                INSERT INTO vulnerabilities (name, aliases, is_kev, summary) VALUES ('CVE-2099-1', '{GHSA-1}', false, 'bad');
                INSERT INTO package_vulnerabilities (package_id, vulnerability_id, severity, fix_state, fixed_versions,
                    provider, found_from, found_state)
                SELECT packages.id, vulnerabilities.id, 'high', 'fixed', '{5.2-2}', 'test', now(), 1
                FROM packages, vulnerabilities
                """
            )
        }
        return digests
    }
}
