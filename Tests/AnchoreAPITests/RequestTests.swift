import AnchoreAPI
import ScanModel
import Testing

@Suite("Requests as Anchore's clients send them")
struct RequestTests {
    // From anchore-cli's parse_dockerimage_string.
    @Test(
        "reads names of images",
        arguments: [
            ("alpine", "docker.io/alpine:latest"), ("library/alpine:3", "docker.io/library/alpine:3"),
            ("localhost:5000/a/b:1", "localhost:5000/a/b:1"), ("quay.io/x/y", "quay.io/x/y:latest"),
            ("localhost/x", "localhost/x:latest"), ("myhost/x:2", "docker.io/myhost/x:2"),
        ]
    )
    func tags(_ name: String, _ fulltag: String) {
        #expect(AnchoreImageName(name)?.fulltag == fulltag)
    }

    @Test("reads digests and image ids, and refuses what is neither a name nor safe")
    func others() throws {
        let hex = String(repeating: "a1", count: 32)
        #expect(AnchoreImageName(hex)?.subject == .imageID(hex))
        let digest = try #require(Digest("sha256:\(hex)"))
        #expect(
            AnchoreImageName("sha256:\(hex)")?.subject == .digest(digest, registry: "docker.io", repository: nil)
        )
        #expect(
            AnchoreImageName("quay.io/a/b@sha256:\(hex)")?.subject
                == .digest(digest, registry: "quay.io", repository: "a/b")
        )
        // As lists show what was added by its digest, and as the fleet does.
        for name in ["localhost:5000/a/b:sha256:\(hex)", "localhost:5000/a/b@sha256:\(hex)"] {
            #expect(
                AnchoreImageName(name)?.subject == .digest(digest, registry: "localhost:5000", repository: "a/b"),
                "\(name)"
            )
            #expect(AnchoreImageName(name)?.fulltag == "localhost:5000/a/b:sha256:\(hex)", "\(name)")
        }
        #expect(AnchoreImageName("sha256:\(hex)")?.fulltag == nil)
        for text in [
            "", "a b", "UPPER/case", "a/../b:1", "a:1:2:", "x'; DROP TABLE tags", "sha256:12", "a//b", "a:sha256:12",
            "a@1", "a:1@2",
        ] {
            #expect(AnchoreImageName(text) == nil, "\(text)")
        }
    }

    @Test("official images of Docker Hub are kept with library/ and shown without")
    func library() {
        #expect(RepositoryName.stored(registry: "docker.io", "alpine") == "library/alpine")
        #expect(RepositoryName.shown(registry: "docker.io", "library/alpine") == "alpine")
        #expect(RepositoryName.stored(registry: "quay.io", "alpine") == "alpine")
        #expect(RepositoryName.shown(registry: "quay.io", "library/alpine") == "library/alpine")
    }

    private func addition(_ text: String) throws -> ImageAddition {
        try ImageAddition(try BodyObject(Array(text.utf8)))
    }

    @Test("reads both forms of an addition")
    func additions() throws {
        let old = try addition(#"{"tag":"a:1","dockerfile":"RlJPTSBhCg==","annotations":{"k":"v","n":null}}"#)
        #expect(old.name == "a:1")
        #expect(old.dockerfile == Array("FROM a\n".utf8))
        #expect(try old.annotations?.applied(to: nil) == #"{"k":"v"}"#)
        #expect(try addition(#"{"source":{"tag":{"pullstring":"b:2"}}}"#).name == "b:2")
        #expect(try addition(#"{"source":{"archive":{"digest":"sha256:1"}}}"#).archive == "sha256:1")
        // "maybe a pull string or just a digest", says Anchore's description of the API.
        for digest in ["sha256:1", "quay.io/a/b@sha256:1"] {
            let named = try addition(#"{"tag":"a:1","digest":"\#(digest)","created_at":"2019-01-01T01:01:01Z"}"#)
            #expect(named.digest == "sha256:1")
            #expect(named.createdAt == "2019-01-01T01:01:01Z")
        }
    }

    @Test("annotations of any kind are added to those that are there, and null takes one away")
    func annotations() throws {
        func applied(_ text: String, to stored: String?) throws -> String? {
            try addition(#"{"tag":"a","annotations":\#(text)}"#).annotations?.applied(to: stored)
        }
        #expect(try applied(#"{"b":"null","c":"3"}"#, to: #"{"a":"1","b":"2"}"#) == #"{"a":"1","c":"3"}"#)
        #expect(try applied(#"{"a":null}"#, to: #"{"a":"1"}"#) == "{}")
        #expect(try applied(#"{"n":12,"deep":{"k":[true]}}"#, to: nil) == #"{"deep":{"k":[true]},"n":12}"#)
        #expect(try applied("{}", to: #"{"a":"1"}"#) == nil)
        let long = #"{"a":"\#(String(repeating: "x", count: 70_000))"}"#
        #expect(throws: AnchoreError.self) { try applied(long, to: nil) }
        let many = (0..<200).map { #""a\#($0)":"1""# }.joined(separator: ",")
        let more = (0..<200).map { #""b\#($0)":"1""# }.joined(separator: ",")
        #expect(throws: AnchoreError.self) { try applied("{\(more)}", to: "{\(many)}") }
    }

    @Test(
        "refuses additions that say too much or too little",
        arguments: [
            "{}", #"{"digest":"sha256:1"}"#, #"{"tag":1}"#, #"{"tag":"a","source":{"tag":{"pullstring":"b"}}}"#,
            #"{"source":{}}"#, #"{"source":{"tag":{},"digest":{}}}"#, #"{"tag":"a","dockerfile":"%%"}"#,
            #"{"source":{"tag":{"pullstring":"b"}},"dockerfile":"RlJPTSBhCg=="}"#, "[]", "{",
            #"{"tag":"a","annotations":[]}"#,
        ]
    )
    func badAdditions(_ text: String) {
        #expect(throws: AnchoreError.self) { try addition(text) }
    }

    @Test("refuses registries that are addresses or lead elsewhere")
    func registries() throws {
        func change(_ registry: String) throws -> RegistryChange {
            let body: JSONValue = [
                "registry": .string(registry), "registry_user": "u", "registry_pass": "p",
            ]
            return try RegistryChange(BodyObject(body), account: "admin")
        }
        #expect(try change("localhost:5000").record.isWholeHost)
        #expect(try change("docker.io/library/*").record.host == "docker.io")
        for name in ["http://a", "a/", "", "a b", "a/../b", "a\u{0}"] {
            #expect(throws: AnchoreError.self) { try change(name) }
        }
    }

    // From the swagger.yaml of Anchore Engine 1.1: ^[a-zA-Z0-9][a-zA-Z0-9@.!#$+-=^_`~;]{1,126}[a-zA-Z0-9]$
    @Test("takes the names of accounts and users that Anchore Engine takes")
    func names() {
        for name in ["abc", "a-b", "team@x.test", "0!#$+-=^_`~;9", "a,:b", String(repeating: "x", count: 128)] {
            #expect(AccountRecord.isName(name), "\(name)")
        }
        let long = String(repeating: "x", count: 129)
        for name in ["", "a", "ab", "-ab", "ab-", "a b", "a/b", "a<b", "a%b", "añb", long] {
            #expect(!AccountRecord.isName(name), "\(name)")
        }
    }

    @Test("takes the token of an Amazon registry, and no keys that would have to be exchanged for one")
    func amazon() throws {
        func change(_ user: String) throws -> RegistryChange {
            let body: JSONValue = [
                "registry": "1.dkr.ecr.eu-west-1.amazonaws.com", "registry_type": "awsecr",
                "registry_user": .string(user), "registry_pass": "p",
            ]
            return try RegistryChange(BodyObject(body), account: "admin")
        }
        #expect(try change("AWS").record.type == "awsecr")
        for user in ["AKIAIOSFODNN7EXAMPLE", "awsauto", "_iam_role:x", ""] {
            let error = #expect(throws: AnchoreError.self) { try change(user) }
            #expect(error?.status == 400 && error?.message.contains("aws ecr get-login-password") == true)
        }
    }

    @Test("computes the scores of CVSS 3 vectors as the specification's examples have them")
    func cvss() throws {
        // https://www.first.org/cvss/v3.1/examples
        let heartbleed = try #require(CVSS3Scores(vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"))
        #expect(heartbleed.base == 7.5)
        #expect(heartbleed.exploitability == 3.9)
        #expect(heartbleed.impact == 3.6)
        #expect(CVSS3Scores(vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")?.base == 10)
        #expect(CVSS3Scores(vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")?.base == 6.1)
        #expect(CVSS3Scores(vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N")?.base == 0)
        #expect(CVSS3Scores(vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P") == nil)
        #expect(CVSS3Scores(vector: "CVSS:3.1/AV:N") == nil)
    }

    @Test(
        "a CVSS vector has its metrics in any order, others beside them, and the last of each; odd letters are none",
        arguments: [
            ("CVSS:3.0/A:N/I:N/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 7.5),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O", 7.5),
            ("CVSS:3.1/AV:P/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/", 7.5),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/XXAV:P", 7.5),
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:L", 6.5),
            ("CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", 9.1),
            ("CVSS:3.1/AV:NN/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", nil),
            ("CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", nil),
            ("CVSS:3.1/AV/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", nil), ("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", nil),
            ("CVSS:3.1/AV:n/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", nil),
            ("CVSS:3.1/AV:N:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", nil),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/C:H/I:N/A:N", nil), ("CVSS:3.1/", nil), ("CVSS:3.", nil),
        ] as [(String, Double?)]
    )
    func oddVectors(vector: String, base: Double?) {
        #expect(CVSS3Scores(vector: vector)?.base == base)
    }
}
