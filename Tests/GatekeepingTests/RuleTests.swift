import AnchoreAPI
import Gatekeeping
import Testing

@Suite("Rules of namespaces, and what OPA Gatekeeper asks")
struct RuleTests {
    @Test("the first pattern that holds counts, and what it does not say is the standard")
    func first() throws {
        let rules = try NamespaceRules(
            "kube-*=off; dev-*=warn,unknown=allow\nprod=enforce,policy=strict;*-test-*=warn",
            otherwise: NamespaceRule(mode: .enforce, unknown: .deny)
        )
        #expect(rules.rule(for: "kube-system").mode == .off)
        #expect(rules.rule(for: "dev-ann") == NamespaceRule(mode: .warn, unknown: .allow))
        #expect(rules.rule(for: "prod") == NamespaceRule(mode: .enforce, unknown: .deny, policy: "strict"))
        #expect(rules.rule(for: "prod2") == NamespaceRule())
        #expect(rules.rule(for: "a-test-b").mode == .warn)
        #expect(rules.rule(for: "") == NamespaceRule())
    }

    @Test(
        "rules that cannot be read are refused",
        arguments: ["prod", "=off", "prod=maybe", "prod=off,unknown=x", "prod=enforce,bundle=x", "prod=enforce;;x"]
    )
    func damaged(_ text: String) {
        #expect(throws: NamespaceRules.Failure.self) { try NamespaceRules(text, otherwise: NamespaceRule()) }
    }

    @Test("a pattern of many stars takes no time")
    func stars() throws {
        let rules = try NamespaceRules(String(repeating: "*a", count: 500) + "b=off", otherwise: NamespaceRule())
        #expect(rules.rule(for: String(repeating: "a", count: 5000)).mode == .enforce)
    }

    @Test("a provider's answer has an item a key, and an error for what is unknown")
    func provider() throws {
        let request = try ProviderRequest(
            Array(
                #"{"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":["a:1","b:1","c:1"]}}"#
                    .utf8
            )
        )
        #expect(request.keys == ["a:1", "b:1", "c:1"])
        var stopped = ImageVerdict(image: "b:1", status: .fail, reasons: ["vulnerabilities/package: CVE-2024-1"])
        stopped.action = .stop
        let unknown = ImageVerdict(image: "c:1", status: .unknown, reasons: ["it is being analysed"])
        let answer = request.answer([ImageVerdict(image: "a:1", status: .pass), stopped, unknown])
        #expect(answer["kind"]?.string == "ProviderResponse")
        #expect(answer["apiVersion"]?.string == "externaldata.gatekeeper.sh/v1beta1")
        let items = try #require(answer["response"]?["items"]?.array)
        #expect(items.map { $0["key"]?.string } == ["a:1", "b:1", "c:1"])
        #expect(items.map { $0["value"]?["status"]?.string } == ["pass", "fail", "unknown"])
        #expect(items[0]["error"]?.string == "")
        #expect(items[1]["value"]?["reasons"]?.array?.count == 1)
        #expect(items[2]["error"]?.string?.contains("being analysed") == true)
        #expect(answer["response"]?["systemError"]?.string == "")
    }

    @Test(
        "what is no request of a provider is refused",
        arguments: [
            "", "{}", #"{"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest"}"#,
            #"{"apiVersion":"x/v1","kind":"ProviderRequest","request":{"keys":[]}}"#,
            #"{"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":[1]}}"#,
            #"{"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":"a"}}"#,
        ]
    )
    func noRequest(_ text: String) {
        #expect(throws: ProviderRequest.Failure.self) { try ProviderRequest(Array(text.utf8)) }
    }
}
