/// Names in the National Vulnerability Database, for software that no other database files advisories under.
extension Package {
    /// The CPEs of a binary, runtime or kernel at its version (CPE 2.3, NISTIR 7695, section 6.2: formatted strings).
    ///
    /// Empty for packages of an ecosystem, whose advisories go by other names.
    package var cpes: [String] {
        switch type {
        case .linuxKernel: [Self.cpe(part: "o", vendor: "linux", product: "linux_kernel", version: version)]
        case .binary where Self.javaNames.contains(name): javaCPEs
        case .binary: (Self.known[name] ?? []).map { Self.cpe(vendor: $0.0, product: $0.1, version: version) }
        case .go where group != nil || name == "github.com/hashicorp/vault":
            (Self.known[name] ?? []).map { Self.cpe(vendor: $0.0, product: $0.1, version: version) }
        default: []
        }
    }

    private static let javaNames: Set<String> = ["openjdk", "jre", "jdk", "java", "java_sdk", "zulu", "graalvm"]

    /// Java's versions are split into a version and an update: `1.8.0_352-b08` is 1.8.0 update 352, `11.0.17+8` has none.
    private var javaCPEs: [String] {
        guard let group else { return [] }
        let build = version.prefix { $0 != "+" }
        let parts = build.split(separator: "_", maxSplits: 1)
        let update = parts.count == 2 ? "update" + parts[1].prefix { $0 != "-" }.drop { $0 == "0" } : "*"
        var products = [(group, name)]
        if name == "zulu" { products.append(("oracle", "openjdk")) }
        if group == "oracle", name == "jdk" { products = [(group, "java_se"), (group, "jre"), (group, "jdk")] }
        return products.map {
            Self.cpe(vendor: $0.0, product: $0.1, version: parts.first.map(String.init) ?? version, update: update)
        }
    }

    private static func cpe(
        part: String = "a",
        vendor: String,
        product: String,
        version: String,
        update: String = "*"
    ) -> String {
        let fields = [part, escaped(vendor), escaped(product), escaped(version), update == "*" ? "*" : escaped(update)]
        return "cpe:2.3:" + fields.joined(separator: ":") + ":*:*:*:*:*:*"
    }

    /// Everything but letters, digits, `_`, `-` and `.` stands behind a backslash.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            let isPlain = character.isASCII && (character.isLetter || character.isNumber) || "_-.".contains(character)
            escaped += isPlain ? String(character) : "\\\(character)"
        }
    }

    /// Vendors and products by the name of the package.
    private static let known: [String: [(String, String)]] = [
        "arangodb": [("arangodb", "arangodb")],
        "auditbeat": [("elastic", "auditbeat")],
        "aws-lc": [("amazon", "aws_libcrypto")],
        "bash": [("gnu", "bash")],
        "bun": [("oven-sh", "bun")],
        "busybox": [("busybox", "busybox")],
        "chrome": [("google", "chrome")],
        "composer": [("getcomposer", "composer")],
        "consul": [("hashicorp", "consul")],
        "curl": [("haxx", "curl")],
        "dart": [("dart", "dart_software_development_kit")],
        "deno": [("deno", "deno")],
        "elastic-agent": [("elastic", "elastic_agent")],
        "elixir": [("elixir-lang", "elixir")],
        "envoy": [("envoyproxy", "envoy")],
        "erlang": [("erlang", "erlang/otp")],
        "ffmpeg": [("ffmpeg", "ffmpeg")],
        "filebeat": [("elastic", "filebeat")],
        "firefox": [("mozilla", "firefox")],
        "fluent-bit": [("treasuredata", "fluent_bit")],
        "gcc": [("gnu", "gcc")],
        "git": [("git-scm", "git")],
        "github.com/hashicorp/vault": [("hashicorp", "vault")],
        "go": [("golang", "go")],
        "grafana": [("grafana", "grafana")],
        "gzip": [("gnu", "gzip")],
        "haproxy": [("haproxy", "haproxy")],
        "haskell/cabal": [("haskell", "cabal")],
        "haskell/ghc": [("haskell", "ghc")],
        "haskell/stack": [("haskell", "stack")],
        "heartbeat": [("elastic", "heartbeat")],
        "heimdal-krb5": [("heimdal_project", "heimdal")],
        "helm": [("helm", "helm")],
        "httpd": [("apache", "http_server")],
        "jq": [("jqlang", "jq")],
        "julia": [("julialang", "julia")],
        "krb5": [("mit", "kerberos_5")],
        "libphp": [("php", "php")],
        "lighttpd": [("lighttpd", "lighttpd")],
        "mariadb": [("mariadb", "mariadb")],
        "memcached": [("memcached", "memcached")],
        "metricbeat": [("elastic", "metricbeat")],
        "mongodb": [("mongodb", "mongodb")],
        "mysql": [("oracle", "mysql")],
        "mysql-cluster": [("oracle", "mysql"), ("oracle", "mysql_server"), ("oracle", "mysql_cluster")],
        "mysql-server": [("oracle", "mysql"), ("oracle", "mysql_server")],
        "nginx": [("f5", "nginx"), ("nginx", "nginx")],
        "nginx-ingress-controller": [("kubernetes", "ingress-nginx")],
        "node": [("nodejs", "node.js")],
        "openldap": [("openldap", "openldap")],
        "openssl": [("openssl", "openssl")],
        "packetbeat": [("elastic", "packetbeat")],
        "percona-server": [("oracle", "mysql"), ("percona", "percona_server")],
        "percona-xtrabackup": [("percona", "xtrabackup")],
        "percona-xtradb-cluster": [
            ("oracle", "mysql"), ("percona", "percona_server"), ("percona", "xtradb_cluster"),
        ],
        "perl": [("perl", "perl")],
        "php-cli": [("php", "php")],
        "php-fpm": [("php", "php")],
        "pilot-agent": [("istio", "istio")],
        "pilot-discovery": [("istio", "istio")],
        "postgresql": [("postgresql", "postgresql")],
        "proftpd": [("proftpd", "proftpd")],
        "python": [("python_software_foundation", "python"), ("python", "python")],
        "qtbase": [("qt", "qt"), ("qt", "qtbase")],
        "redis": [("redislabs", "redis"), ("redis", "redis")],
        "ruby": [("ruby-lang", "ruby")],
        "rust": [("rust-lang", "rust")],
        "sqlcipher": [("zetetic", "sqlcipher")],
        "swipl": [("swi-prolog", "swi-prolog")],
        "traefik": [("traefik", "traefik")],
        "util-linux": [("kernel", "util-linux")],
        "valkey": [("lfprojects", "valkey"), ("linuxfoundation", "valkey"), ("valkey-io", "valkey")],
        "wp-cli": [("wp-cli", "wp-cli")],
        "xz": [("tukaani", "xz")],
        "zstd": [("facebook", "zstandard")],
    ]
}
