import ScanModel
import TallymanTesting

@testable import SecretSearch

/// Secrets that a seed makes, so that none stands in the sources.
struct SecretSamples {
    static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    static let base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    static let hex = "0123456789abcdef"
    static let small = "abcdefghijklmnopqrstuvwxyz0123456789"
    static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    var random = SeededRandom(seed: 7)

    mutating func text(_ count: Int, of letters: String = letters) -> String {
        let letters = Array(letters)
        return String((0..<count).map { _ in letters[random.below(letters.count)] })
    }

    /// For each rule a line that it finds, and the part of it that nobody may see.
    mutating func all() -> [(rule: String, line: String, secret: String)] {
        var found: [(String, String, String)] = []
        func add(_ rule: String, _ before: String, _ secret: String, _ after: String = "") {
            found.append((rule, before + secret + after, secret))
        }
        add("AWS_ACCESS_KEY", "aws_access_key_id = ", "AKIA" + text(16, of: Self.base32))
        add("AWS_SECRET_KEY", "aws_secret_access_key= ", text(40))
        add("PRIV_KEY", "-----BEGIN RSA PRIVATE KEY-----", "")
        add("DOCKER_AUTH", "{\"auths\": {\"r.example\": {\"auth\": \"", text(24), "\"}}}")
        add("API_KEY", "export API_KEY=", text(32, of: Self.capitals))
        add("github-token", "token: ghp_", text(36))
        add("github-fine-grained-token", "github_pat_", text(22) + "_" + text(59))
        add("gitlab-token", "url=https://oauth2:glpat-", text(20), "@gitlab.example")
        add("bitbucket-token", "ATATT3", text(180))
        add("npm-token", "//registry.example/:_authToken=npm_", text(36))
        add("npm-login", "//registry.example/:_authToken=", text(36))
        add("pypi-token", "password = pypi-" + "AgEIcHlwaS5vcmc", text(80))
        add("rubygems-token", "rubygems_", text(48, of: Self.hex))
        add("docker-hub-token", "dckr_pat_", text(27))
        add("artifactory-token", "AKCp", text(69))
        add("aws-access-key-id", "AWS=", "AKIA" + text(16, of: Self.base32))
        add("azure-storage-key", "AccountName=a;AccountKey=", text(86) + "==", ";")
        add("azure-shared-access-key", "SharedAccessKey=", text(43) + "=")
        add("google-api-key", "key=AIza", text(35))
        add("google-client-secret", "GOCSPX-", text(28))
        add("digitalocean-token", "dop_v1_", text(64, of: Self.hex))
        add("databricks-token", "dapi", text(32, of: Self.hex))
        add("vault-token", "hvs.", text(95))
        add("pulumi-token", "pul-", text(40, of: Self.hex))
        add("fly-token", "FlyV1 fm2_", text(200))
        add("planetscale-token", "pscale_pw_", text(43))
        add("slack-token", "xoxb-", "\(text(12, of: "123456789"))-\(text(24))")
        add(
            "slack-webhook",
            "https://hooks.slack.com/services/T",
            text(9, of: Self.capitals) + "/B00000000/" + text(24)
        )
        add("stripe-key", "sk_live_", text(24))
        add("shopify-token", "shpat_", text(32, of: Self.hex))
        add("square-token", "sq0atp-", text(22))
        add("openai-key", "sk-proj-", text(120))
        add("anthropic-key", "sk-ant-api03-", text(95))
        add("grafana-token", "glsa_", text(32) + "_" + text(8, of: Self.hex))
        add("new-relic-key", "NRAK-", text(27, of: Self.capitals))
        add("dynatrace-token", "dt0c01.", text(24, of: Self.base32) + "." + text(64, of: Self.base32))
        add("sentry-token", "sntryu_", text(64, of: Self.hex))
        add("postman-key", "PMAK-", text(24, of: Self.hex) + "-" + text(34, of: Self.hex))
        add("linear-key", "lin_api_", text(40))
        add("doppler-token", "dp.pt.", text(43))
        add("mailgun-key", "key-", text(32, of: Self.hex))
        add("private-key", "  -----BEGIN OPENSSH PRIVATE KEY-----", "")
        add("putty-private-key", "PuTTY-User-Key-File-3: ssh-ed25519", "")
        add("age-secret-key", "AGE-SECRET-KEY-1", text(58, of: "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"))
        add("jwk-private-key", "{\"d\": \"", text(43), "\", \"kty\": \"EC\"}")
        add("json-web-token", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJ", "\(text(40)).\(text(43))")
        add("password-hash", "root:$6$", text(8) + "$" + text(86), ":19000:0:99999:7:::")
        add("netrc-login", "machine api.example login me password ", text(12))
        add("address-with-password", "DATABASE_URL=postgres://app:", text(16), "@db.example/app")
        add("assigned-secret", "client_secret: \"", text(40), "\"")
        return found
    }
}

extension SecretScanner {
    /// What a search of one text finds.
    static func findings(
        in text: String,
        path: String = "app/settings.txt",
        rules: SecretRules = .standard
    ) -> [SecretFinding] {
        var scanner = SecretScanner(rules: rules, path: LayerPath(clean: Array(path.utf8)))
        scanner.consume(text.utf8)
        return scanner.finish()
    }
}
