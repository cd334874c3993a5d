import Foundation
import LinearRegex
import ScanModel
import Testing

@testable import SecretSearch

@Suite("Rules of the search for secrets")
struct SecretRulesTests {
    @Test("Every rule finds its kind, and what it found is nowhere in the finding")
    func findsEveryKind() throws {
        var samples = SecretSamples()
        let all = samples.all()
        #expect(Set(all.map(\.rule)) == Set(SecretRules.standard.rules.map(\.name)), "a sample of each rule")
        for (rule, line, secret) in all {
            let findings = SecretScanner.findings(in: "first\r\n\(line)\r\nlast\n")
            #expect(findings.contains { $0.rule == rule && $0.line == 2 }, "\(rule) in \(line)")
            guard secret.count > 8 else { continue }
            let written = String(decoding: try JSONEncoder().encode(findings), as: UTF8.self)
            #expect(!written.contains(secret.suffix(8)) && !written.contains(secret.prefix(8)), "\(rule)")
        }
    }

    @Test("Rules are made ready once, and none is tried on every line")
    func readiness() {
        #expect(SecretRules.anchore.count == 5)
        #expect(SecretRules.tokens.count > 40)
        #expect(SecretRules.standard.everyLine.isEmpty)
        #expect(Set(SecretRules.standard.rules.map(\.name)).count == SecretRules.standard.rules.count)
    }

    @Test(
        "What only looks like a secret is none",
        arguments: [
            "token: ghp_" + String(repeating: "x", count: 36),
            "AKIA" + "IOSFODNN7" + "EXAMPLE",
            "sk_live_" + "your_key_goes_right_here_ok",
            "postgres://user:password@localhost/db", "postgres://$USER:$PASS@localhost", "mysql://u:${PASSWORD}@h",
            "api_key = os.environ['SERVICE_API_KEY_FOR_US']",
            "api_key: str = Field(default_factory=generate_default_api_key)",
            "if line.startswith('-----BEGIN RSA PRIVATE KEY-----'):",
            "-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----",
            "client_secret = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "access_token = \"get_the_access_token_from_store\"",
            "machine github.com login me password <token>",
            "monkey-0123456789abcdef0123456789abcdef", "{\"kty\": \"EC\", \"x\": \"abc\"}",
            "xghp_0123456789abcdefABCDEF0123456789abcd",
        ]
    )
    func passesOver(_ text: String) {
        let findings = SecretScanner.findings(in: text + "\n").filter { finding in
            SecretRules.tokens.contains { $0.name == finding.rule }
        }
        #expect(findings.isEmpty, "\(findings)")
    }

    @Test("Documentation and tests count for Anchore's expressions alone")
    func documentation() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\nAKIA" + "QWERTYUIOPASDFGH\n"
        #expect(Set(SecretScanner.findings(in: text).map(\.rule)) == ["PRIV_KEY", "private-key", "aws-access-key-id"])
        for path in ["usr/share/doc/x/key.pem", "srv/tests/key.pem", "app/README.md"] {
            #expect(SecretScanner.findings(in: text, path: path).map(\.rule) == ["PRIV_KEY"], "\(path)")
        }
    }

    @Test("Anchore's expressions find what they find in Anchore Engine, from the line's start")
    func anchoreSemantics() {
        let rules = SecretRules(SecretRules.anchore)
        func names(_ text: String) -> [String] { SecretScanner.findings(in: text, rules: rules).map(\.rule) }
        #expect(names("  aws_access_key_id == AKIA" + "IOSFODNN7EXAMPLE\n") == ["AWS_ACCESS_KEY"])
        #expect(names("AWS_ACCESS_KEY_ID=\"akiaiosfodnn7example\"") == ["AWS_ACCESS_KEY"])
        #expect(names("aws_access_key_id: AKIA" + "IOSFODNN7EXAMPLE").isEmpty)
        #expect(names("aws_access_key_id = AKIA" + "IOSFODNN7EXAMPLE0").isEmpty)
        #expect(names("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY") == ["AWS_SECRET_KEY"])
        #expect(names("-----BEGIN EC PRIVATE KEY-----") == ["PRIV_KEY"])
        #expect(names(" -----BEGIN EC PRIVATE KEY-----").isEmpty)
        #expect(names("\"auth\": \"eA==\"") == ["DOCKER_AUTH"])
        #expect(names("\"auth\": \"\"").isEmpty)
        #expect(names("my_api-key = 0123456789ABCDEF0123") == ["API_KEY"])
        #expect(names("my_api-key = 0123456789ABCDEF012").isEmpty)
    }

    @Test("A configuration of Anchore's analyzer is read as it stands")
    func anchoreConfiguration() throws {
        let text = """
            secret_search:
              match_params:
                - MAXFILESIZE=64
                - STOREONMATCH=n
              regexp_match:
                - "ACME=(?i).*acme_[a-z0-9]{8}.*"
                - "^x=1$"
            """
        let rules = SecretRules(try SecretRules.read(Array(text.utf8)), maxFileBytes: 64)
        #expect(rules.rules.map(\.name) == ["ACME", "^x"])
        #expect(rules.rules.map(\.pattern.text) == ["(?i).*acme_[a-z0-9]{8}.*", "1$"])
        #expect(rules.everyLine == [1], "no text is sure to be in it that is long enough")
        let findings = SecretScanner.findings(in: "1\n12\nan ACME_12345678 token\n", rules: rules)
        #expect(findings.map(\.line) == [1, 3])
        #expect(findings.map(\.excerpt) == ["…", "…"], "what a user looks for may be the secret itself")
        var scanner = SecretScanner(rules: rules, path: LayerPath(clean: Array("a".utf8)))
        scanner.consume(String(repeating: "\n", count: 64).utf8)
        #expect(scanner.gap == nil)
        scanner.consume("acme_12345678\n".utf8)
        #expect(scanner.finish().isEmpty)
        #expect(scanner.gap == "searched for secrets up to 64 bytes")
    }

    @Test("Rules of one's own are searched for anywhere in a line, beside the standard ones if so wished")
    func ownRules() throws {
        let text = "{\"rules\": [{\"name\": \"ACME\", \"pattern\": \"acme_[a-z0-9]{8}$\"}]}"
        let own = try SecretRules.read(Array(text.utf8)) + [try SecretRules.named("PRIV_KEY=never")]
        let rules = SecretRules(adding: own)
        #expect(rules.rules.count == SecretRules.standard.rules.count + 1)
        #expect(SecretScanner.findings(in: "key acme_12345678\nacme_12345678 \n", rules: rules).map(\.line) == [1])
        for (wrong, reason) in [
            ("rules: [{name: a}]", "rules[0] has no pattern"),
            ("rules: [{pattern: a}]", "rules[0] has no name"),
            ("rules: [{name: a, pattern: '('}]", "rules[0].pattern"),
            ("secret_search: {regexp_match: ['A=(']}", "secret_search.regexp_match[0]"),
            ("other: 1", "neither"), ("rules: []", "no rules"), ("a: [", "line"),
        ] {
            let error = #expect(throws: SecretRulesError.self) { try SecretRules.read(Array(wrong.utf8)) }
            #expect(error?.reason.contains(reason) == true, "\(wrong): \(String(describing: error))")
        }
    }
}
