import Policy
import Testing

@Suite("Trigger ids")
struct TriggerIDTests {
    /// The first is in Anchore's documentation; the others are what Python's hashlib makes of gate, trigger and message.
    @Test(
        "Ids are the hashes that existing whitelists hold",
        arguments: [
            (
                "dockerfile/instruction", ["instruction": "HEALTHCHECK", "check": "not_exists"],
                "41cb7cdf04850e33a11f80c42bf660b3"
            ),
            ("dockerfile/exposed_ports", ["ports": "22", "type": "blacklist"], "94f1be4261f132c97cbb7a32f631a0e1"),
            ("files/name_match", ["regex": #".*\.pem"#], "f031040784f947b428d621f94ca522e7"),
            ("files/suid_or_guid_set", [:], "7b3ee6e9fa9cfa8fcf64f2e59b90be3c"),
            ("passwd_file/blacklist_usernames", ["user_names": "ftp"], "33b538737d9ce278bed3e325238dd0ff"),
            ("vulnerabilities/blacklist", ["vulnerability_ids": "CVE-2023-0001"], "836cce115b495f8ec4a05ee31d703a44"),
        ] as [(String, KeyValuePairs<String, String>, String)]
    )
    func hashes(trigger: String, parameters: KeyValuePairs<String, String>, id: String) throws {
        #expect(try Sample.evaluate(trigger, parameters, in: Sample.image).findings.map(\.triggerID) == [id])
    }

    @Test("A hash is over the message's UTF-8, whatever case the bundle writes its gates in")
    func encoding() throws {
        var image = ImageFacts()
        image.metadata.distro = "débian"
        let evaluation = try Sample.evaluate(
            "METADATA/Attribute",
            ["ATTRIBUTE": "distro", "Check": "=", "value": "débian"],
            in: image
        )
        #expect(evaluation.findings.map(\.triggerID) == ["09654b64e455b1e34c3fdb7dc0cfa3ad"])
        #expect(evaluation.findings.map { "\($0.gate)/\($0.trigger)" } == ["metadata/attribute"])
    }
}
