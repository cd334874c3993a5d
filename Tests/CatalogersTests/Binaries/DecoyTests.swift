import Testing

/// Files that have the name of a known program and are another one.
@Suite("Programs that only have the name of another")
struct DecoyTests {
    /// Versions between zeros, as any program has them: of its own, of zlib, of Go.
    private static let versions =
        "\0" + "1.6\0\0v1.21.5\0" + "2.10.7\0x\0" + "1.11.6\0go1.21.5\0\0v0.12.18\0\0" + "1.2.13\0" + "11.0.2+9\0\0"
        + "10.4.19\0\0" + "2.41.0\0" + "revoke1.18.0 plugin9.4.2- Test 1.2.3%"

    @Test(
        "A version between zeros is no evidence of the program that the file is named after",
        arguments: [
            "jq", "zstd", "helm", "vault", "consul", "traefik", "sqlcipher", "gzip", "git", "grafana", "grafana-server",
            "pilot-agent", "pilot-discovery", "nginx-ingress-controller", "filebeat", "heartbeat", "elastic-agent",
            "envoy", "node", "java", "jdb", "dart", "keydb-server", "gcc",
        ]
    )
    func bare(name: String) {
        #expect(programs("opt/\(name)", Self.versions + "GCC: (GNU) 12.3.0\0" + "6.3.4buildkitsandbox-1") == [])
    }

    @Test(
        "With a text of the program itself the version counts",
        arguments: [
            ("jq", "jq: error (at %s)\0" + "1.7.1\0", "jq 1.7.1"),
            ("zstd", "*** supports: zstd\0v1.5.6\0", "zstd 1.5.6"),
            ("helm", "k8s.io/helm/cmd\0v2.17.0-rc.1\0\0", "helm 2.17.0-rc.1"),
            ("vault", "github.com/hashicorp/vault/api\0" + "1.11.6\0", "github.com/hashicorp/vault 1.11.6"),
            ("consul", "github.com/hashicorp/consul/agent\0v1.7.14\0", "consul 1.7.14"),
            ("traefik", "github.com/containous/traefik\0v1.7.34\0", "traefik 1.7.34"),
            ("sqlcipher", "sqlcipher_cipher_ctx_init\0" + "4.5.5\0", "sqlcipher 4.5.5"),
            ("git", "git version %s\0" + "1.2.13\0" + "2.39.5\0", "git 2.39.5"),
            ("pilot-agent", "istio.io/istio/pkg\0Clean\0\0" + "1.1.17\0", "pilot-agent 1.1.17"),
            ("grafana", "github.com/grafana/grafana/pkg\0\0release-12.3.1\0", "grafana 12.3.1"),
            ("envoy", "\0" + "1.36.4\0x envoy_reloadable_features", "envoy 1.36.4"),
            ("keydb-server", "KeyDB \0x6.3.4buildkitsandbox-1683000000\0", "keydb 6.3.4"),
            ("varnishd", "varnish-7.1.1 revision 7cee1c5", "varnish 7.1.1"),
            ("haproxy", " version 2.6.12-1+deb12u4, released 2026", "haproxy 2.6.12"),
            ("php8.2", "X-Powered-By: PHP/8.2.36\0", "php-cli 8.2.36"),
            ("php-fpm8.2", "X-Powered-By: PHP/8.2.36\0", "php-fpm 8.2.36"),
            ("perl", "/opt/perl/lib/perl5/5.38.0\0", "perl 5.38.0"),
            ("openresty", "nginx version: openresty/1.21.4.1", "nginx 1.21.4"),
            ("mariadbd", "10.11.19-MariaDB-0+deb12u1\0", "mariadb 10.11.19"),
            ("apache2", "Apache/2.4.71 (Debian)", "httpd 2.4.71"),
            ("gcc", "COLLECT_GCC\0GCC: (GNU) 12.3.0\0", "gcc 12.3.0"),
            ("deno", "OTel-OTLP-Exporter-Deno/0.82.0grpc-timeout 2.9.8+fe7ed01Deno/2.9.8Deno/2.9.8+fe", "deno 2.9.8"),
            ("dart", "Dart,GC\0" + "3.5.2 (stable)", "dart 3.5.2"),
        ]
    )
    func genuine(name: String, text: String, expected: String) {
        #expect(programs("opt/\(name)", text) == [expected])
    }
}
