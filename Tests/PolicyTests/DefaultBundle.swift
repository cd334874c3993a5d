/// The bundle that accounts of Anchore Engine 1.1 start with.
enum DefaultBundle {
    static let text = """
        {
          "id": "2c53a13c-1765-11e8-82ef-23527761d060", "version": "1_0", "name": "Default bundle",
          "comment": "Default bundle", "whitelisted_images": [], "blacklisted_images": [],
          "mappings": [{
            "id": "c4f9bf74-dc38-4ddf-b5cf-00e9c0074611", "name": "default", "registry": "*", "repository": "*",
            "image": {"type": "tag", "value": "*"}, "policy_id": "48e6f7d6-1765-11e8-b5f9-8b6f228548b6",
            "whitelist_ids": ["37fd763e-1765-11e8-add4-3b16c029ac5c"]
          }],
          "whitelists": [{
            "id": "37fd763e-1765-11e8-add4-3b16c029ac5c", "version": "1_0", "name": "Global Whitelist",
            "comment": "Default global whitelist", "items": []
          }],
          "policies": [{
            "id": "48e6f7d6-1765-11e8-b5f9-8b6f228548b6", "version": "1_0", "name": "DefaultPolicy",
            "comment": "System default policy",
            "rules": [
              {"id": "1", "action": "STOP", "gate": "dockerfile", "trigger": "exposed_ports", "params": [
                {"name": "ports", "value": "22"}, {"name": "type", "value": "blacklist"}]},
              {"id": "2", "action": "WARN", "gate": "dockerfile", "trigger": "instruction", "params": [
                {"name": "instruction", "value": "HEALTHCHECK"}, {"name": "check", "value": "not_exists"}]},
              {"id": "3", "action": "WARN", "gate": "vulnerabilities", "trigger": "stale_feed_data", "params": [
                {"name": "max_days_since_sync", "value": "2"}]},
              {"id": "4", "action": "WARN", "gate": "vulnerabilities", "trigger": "vulnerability_data_unavailable",
               "params": []},
              {"id": "5", "action": "WARN", "gate": "vulnerabilities", "trigger": "package", "params": [
                {"name": "package_type", "value": "all"}, {"name": "severity_comparison", "value": "="},
                {"name": "severity", "value": "medium"}]},
              {"id": "6", "action": "STOP", "gate": "vulnerabilities", "trigger": "package", "params": [
                {"name": "package_type", "value": "all"}, {"name": "severity_comparison", "value": ">"},
                {"name": "severity", "value": "medium"}]}
            ]
          }]
        }
        """
}
