import LinearRegex

extension SecretRules {
    /// Behind a token stands nothing that could belong to it.
    private static let end = "(?:[^A-Za-z0-9_-]|$)"

    /// Tokens that their issuers gave a prefix to be found by, keys, and a few assignments that look random.
    static let tokens: [SecretRule] = {
        // All of them can be read: a test says so.
        (try? forges() + clouds() + services() + keys()) ?? []
    }()

    /// Hosts of source and registries of packages.
    private static func forges() throws(RegexSyntaxError) -> [SecretRule] {
        [
            try SecretRule(
                "github-token",
                "token of GitHub",
                ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
                "gh[pousr]_[A-Za-z0-9]{36}\(end)"
            ),
            try SecretRule(
                "github-fine-grained-token",
                "fine-grained token of GitHub",
                ["github_pat_"],
                "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\(end)"
            ),
            try SecretRule(
                "gitlab-token",
                "token of GitLab",
                ["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-"],
                "gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[A-Za-z0-9_-]{20,64}(?:[^A-Za-z0-9_-]|$)"
            ),
            try SecretRule(
                "bitbucket-token",
                "token of Bitbucket or Jira",
                ["atatt3", "atctt3", "atbb"],
                "(?:AT[AC]TT3[A-Za-z0-9_=-]{100,300}|ATBB[A-Za-z0-9]{32})(?:[^A-Za-z0-9_=-]|$)"
            ),
            try SecretRule("npm-token", "token of npm", ["npm_"], "npm_[A-Za-z0-9]{36}\(end)"),
            try SecretRule(
                "npm-login",
                "login of a registry of npm packages",
                ["_authtoken"],
                "_authToken\\s*=\\s*\"?[A-Za-z0-9][A-Za-z0-9_./+=-]{15,}",
                scope: .keyword(isWord: false),
                .assigned
            ),
            try SecretRule("pypi-token", "token of PyPI", ["pypi-ageicH"], "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}"),
            try SecretRule("rubygems-token", "token of RubyGems", ["rubygems_"], "rubygems_[a-f0-9]{48}\(end)"),
            try SecretRule(
                "docker-hub-token",
                "token of Docker Hub",
                ["dckr_pat_", "dckr_oat_"],
                "dckr_[po]at_[A-Za-z0-9_-]{24,40}\(end)"
            ),
            try SecretRule(
                "artifactory-token",
                "key of Artifactory",
                ["akcp"],
                "AKCp[A-Za-z0-9]{69}\(end)"
            ),
        ]
    }

    private static func clouds() throws(RegexSyntaxError) -> [SecretRule] {
        [
            try SecretRule(
                "aws-access-key-id",
                "access key of AWS",
                ["akia", "asia", "abia", "acca"],
                "(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\(end)"
            ),
            try SecretRule(
                "azure-storage-key",
                "account key of Azure Storage",
                ["accountkey="],
                "(?i:AccountKey)=[A-Za-z0-9+/]{86}==",
                .assigned
            ),
            try SecretRule(
                "azure-shared-access-key",
                "shared access key of Azure",
                ["sharedaccesskey="],
                "(?i:SharedAccessKey)=[A-Za-z0-9+/]{43}=",
                .assigned
            ),
            try SecretRule("google-api-key", "API key of Google", ["aiza"], "AIza[A-Za-z0-9_-]{35}\(end)"),
            try SecretRule(
                "google-client-secret",
                "OAuth client secret of Google",
                ["gocspx-"],
                "GOCSPX-[A-Za-z0-9_-]{28}\(end)"
            ),
            try SecretRule(
                "digitalocean-token",
                "token of DigitalOcean",
                ["dop_v1_", "doo_v1_", "dor_v1_"],
                "do[por]_v1_[a-f0-9]{64}\(end)"
            ),
            try SecretRule("databricks-token", "token of Databricks", ["dapi"], "dapi[a-f0-9]{32}(?:-[0-9])?\(end)"),
            try SecretRule(
                "vault-token",
                "token of HashiCorp Vault",
                ["hvs.", "hvb.", "hvr."],
                "hv[sbr]\\.[A-Za-z0-9_-]{90,300}\(end)"
            ),
            try SecretRule("pulumi-token", "token of Pulumi", ["pul-"], "pul-[a-f0-9]{40}\(end)"),
            try SecretRule("fly-token", "token of Fly.io", ["fm2_"], "fm2_[A-Za-z0-9+/=_-]{100,}"),
            try SecretRule(
                "planetscale-token",
                "password of PlanetScale",
                ["pscale_tkn_", "pscale_pw_", "pscale_oauth_"],
                "pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}"
            ),
        ]
    }

    private static func services() throws(RegexSyntaxError) -> [SecretRule] {
        [
            try SecretRule(
                "slack-token",
                "token of Slack",
                ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xapp-"],
                "(?:xox[bpares]-[0-9A-Za-z-]{20,250}|xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]+)\(end)"
            ),
            try SecretRule(
                "slack-webhook",
                "webhook of Slack",
                ["hooks.slack.com/"],
                "hooks\\.slack\\.com/(?:services|workflows|triggers)/T[A-Z0-9]{8,12}/[A-Z]*[A-Z0-9]{8,14}/[A-Za-z0-9]{20,46}",
                .shape
            ),
            try SecretRule(
                "stripe-key",
                "live key of Stripe",
                ["sk_live_", "rk_live_", "whsec_"],
                "(?:[sr]k_live_[A-Za-z0-9]{24,247}|whsec_[A-Za-z0-9+/]{32,64})\(end)"
            ),
            try SecretRule(
                "shopify-token",
                "token of Shopify",
                ["shpat_", "shpca_", "shppa_", "shpss_"],
                "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\(end)"
            ),
            try SecretRule(
                "square-token",
                "token of Square",
                ["sq0atp-", "sq0csp-"],
                "sq0(?:atp-[A-Za-z0-9_-]{22}|csp-[A-Za-z0-9_-]{43})\(end)"
            ),
            try SecretRule(
                "openai-key",
                "key of OpenAI",
                ["sk-proj-", "sk-svcacct-", "sk-admin-"],
                "sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}\(end)"
            ),
            try SecretRule(
                "anthropic-key",
                "key of Anthropic",
                ["sk-ant-"],
                "sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{80,120}\(end)"
            ),
            try SecretRule("grafana-token", "token of Grafana", ["glsa_"], "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}\(end)"),
            try SecretRule("new-relic-key", "key of New Relic", ["nrak-"], "NRAK-[A-Z0-9]{27}\(end)"),
            try SecretRule(
                "dynatrace-token",
                "token of Dynatrace",
                ["dt0c01."],
                "dt0c01\\.[A-Z2-7]{24}\\.[A-Z2-7]{64}\(end)"
            ),
            try SecretRule("sentry-token", "token of Sentry", ["sntryu_"], "sntryu_[a-f0-9]{64}\(end)"),
            try SecretRule("postman-key", "key of Postman", ["pmak-"], "PMAK-[a-f0-9]{24}-[a-f0-9]{34}\(end)"),
            try SecretRule("linear-key", "key of Linear", ["lin_api_"], "lin_api_[A-Za-z0-9]{40}\(end)"),
            try SecretRule(
                "doppler-token",
                "token of Doppler",
                ["dp.pt.", "dp.st."],
                "dp\\.[ps]t\\.[A-Za-z0-9_.-]{40,64}\(end)"
            ),
            try SecretRule("mailgun-key", "key of Mailgun", ["key-"], "key-[a-f0-9]{32}\(end)"),
        ]
    }

    /// Keys, signed tokens, passwords, and what is assigned to a telling name.
    private static func keys() throws(RegexSyntaxError) -> [SecretRule] {
        [
            try SecretRule(
                "private-key",
                "private key",
                ["-----begin"],
                // Programs that read keys have the line too, but with more behind it.
                "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\s*$|(?:\\\\r)?\\\\n[A-Za-z0-9+/=]{16})",
                scope: .keyword(isWord: false),
                .shape
            ),
            try SecretRule(
                "putty-private-key",
                "private key of PuTTY",
                ["putty-user-key-file-"],
                "PuTTY-User-Key-File-[0-9]: [a-z0-9-]+\\s*$",
                .shape
            ),
            try SecretRule(
                "age-secret-key",
                "private key of age",
                ["age-secret-key-1"],
                "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\(end)"
            ),
            try SecretRule(
                "jwk-private-key",
                "private key as a JSON Web Key",
                ["\"kty\""],
                ".*(?:\"kty\".*\"d\"\\s*:\\s*\"[A-Za-z0-9_-]{16}|\"d\"\\s*:\\s*\"[A-Za-z0-9_-]{16,}\".*\"kty\")",
                scope: .line,
                .shape
            ),
            try SecretRule(
                "json-web-token",
                "signed JSON Web Token",
                ["eyjhbgcioi", "eyj0exaioi", "eyjrawqioi"],
                "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20,}"
            ),
            try SecretRule(
                "password-hash",
                "hash of a password",
                [":$6$", ":$5$", ":$1$", ":$y$", ":$2y$", ":$2b$", ":$apr1$"],
                ":\\$(?:6|5|1|y|2y|2b|apr1)\\$[./A-Za-z0-9$=,]{20,}",
                scope: .keyword(isWord: false),
                .shape
            ),
            try SecretRule(
                "netrc-login",
                "login in the form of .netrc",
                ["machine "],
                "machine\\s+\\S+\\s+login\\s+\\S+\\s+password\\s+[^\\s<$%{]{4,}",
                .shape
            ),
            try SecretRule(
                "address-with-password",
                "address of a database with a password",
                [
                    "postgres://", "postgresql://", "mysql://", "mariadb://", "mongodb://", "mongodb+srv://",
                    "redis://",
                    "rediss://", "amqp://", "amqps://",
                ],
                "(?i:[a-z+]+)://[^\\s:@/'\"<>{}$%]{0,64}:[^\\s:@/'\"<>{}$%*\\[(]{4,128}@[A-Za-z0-9.-]",
                .addressPassword
            ),
            try SecretRule(
                "assigned-secret",
                "key or token in an assignment",
                [
                    "api_key", "api-key", "apikey", "secret_key", "secret-key", "secretkey", "access_token",
                    "access-token", "accesstoken", "auth_token", "auth-token", "authtoken", "client_secret",
                    "client-secret", "clientsecret",
                ],
                "[A-Za-z_-]{6,16}(?:'|\")?\\s{0,4}(?::|=|:=|=>)\\s{0,4}(?:'[A-Za-z0-9+/_=-]{20,120}'|"
                    + "\"[A-Za-z0-9+/_=-]{20,120}\"|[A-Za-z0-9+/_=-]{20,120}\\s*$)",
                scope: .keyword(isWord: false),
                .assigned
            ),
        ]
    }
}
