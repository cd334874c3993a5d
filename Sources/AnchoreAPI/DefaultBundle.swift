/// The bundle that accounts begin with: Anchore Engine's, with its ids.
package enum DefaultBundle {
    package static let id = "2c53a13c-1765-11e8-82ef-23527761d060"

    package static var json: JSONValue {
        [
            "id": .string(id), "version": "1_0", "name": "Default bundle",
            "comment": "Default bundle", "blacklisted_images": [], "whitelisted_images": [],
            "mappings": [
                [
                    "id": "c4f9bf74-dc38-4ddf-b5cf-00e9c0074611", "name": "default", "registry": "*",
                    "repository": "*", "image": ["type": "tag", "value": "*"],
                    "policy_id": "48e6f7d6-1765-11e8-b5f9-8b6f228548b6",
                    "whitelist_ids": ["37fd763e-1765-11e8-add4-3b16c029ac5c"],
                ]
            ],
            "whitelists": [
                [
                    "id": "37fd763e-1765-11e8-add4-3b16c029ac5c", "name": "Global Whitelist",
                    "comment": "Default global whitelist", "version": "1_0", "items": [],
                ]
            ],
            "policies": [
                [
                    "id": "48e6f7d6-1765-11e8-b5f9-8b6f228548b6", "name": "DefaultPolicy",
                    "comment": "System default policy", "version": "1_0",
                    "rules": [
                        rule(
                            "STOP",
                            "dockerfile",
                            "exposed_ports",
                            [("ports", "22"), ("type", "blacklist")],
                            "ce7b8000-829b-4c27-8122-69cd59018400"
                        ),
                        rule(
                            "WARN",
                            "dockerfile",
                            "instruction",
                            [("instruction", "HEALTHCHECK"), ("check", "not_exists")],
                            "312d9e41-1c05-4e2f-ad89-b7d34b0855bb"
                        ),
                        rule(
                            "WARN",
                            "vulnerabilities",
                            "stale_feed_data",
                            [("max_days_since_sync", "2")],
                            "6b5c14e7-a6f7-48cc-99d2-959273a2c6fa"
                        ),
                        rule(
                            "WARN",
                            "vulnerabilities",
                            "vulnerability_data_unavailable",
                            [],
                            "3e79ea94-18c4-4d26-9e29-3b9172a62c2e"
                        ),
                        rule(
                            "WARN",
                            "vulnerabilities",
                            "package",
                            [("package_type", "all"), ("severity_comparison", "="), ("severity", "medium")],
                            "6063fdde-b1c5-46af-973a-915739451ac4"
                        ),
                        rule(
                            "STOP",
                            "vulnerabilities",
                            "package",
                            [("package_type", "all"), ("severity_comparison", ">"), ("severity", "medium")],
                            "b30e8abc-444f-45b1-8a37-55be1b8c8bb5"
                        ),
                    ],
                ]
            ],
        ]
    }

    private static func rule(
        _ action: String,
        _ gate: String,
        _ trigger: String,
        _ parameters: [(String, String)],
        _ id: String
    ) -> JSONValue {
        [
            "action": .string(action), "gate": .string(gate), "trigger": .string(trigger), "id": .string(id),
            "params": .array(parameters.map { ["name": .string($0.0), "value": .string($0.1)] }),
        ]
    }
}
