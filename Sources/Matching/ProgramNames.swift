/// Under which names programs that no package manager installed are filed: the languages' own databases, and CPE names.
enum ProgramNames {
    /// The keys for the program `name` as the binaries' cataloger calls it.
    ///
    /// Only programs whose CPE names are known are looked up by them: a guess from the name alone would find others' flaws.
    static func keys(for name: String) -> [PackageKey] {
        let program = name.lowercased()
        return [PackageKey(ecosystem: "binary", name: program)]
            + (products[program] ?? []).map { PackageKey(ecosystem: "cpe", name: $0) }
    }

    /// `vendor:product` names in NVD's dictionary, by program.
    private static let products: [String: [String]] = [
        "arangodb": ["arangodb:arangodb"],
        "bash": ["gnu:bash"],
        "busybox": ["busybox:busybox"],
        "caddy": ["caddyserver:caddy"],
        "chrome": ["google:chrome"],
        "consul": ["hashicorp:consul"],
        "curl": ["haxx:curl"],
        "dart": ["dart:dart_software_development_kit"],
        "elixir": ["elixir-lang:elixir"],
        "envoy": ["envoyproxy:envoy"],
        "erlang": ["erlang:erlang/otp"],
        "etcd": ["etcd:etcd", "redhat:etcd"],
        "fluent-bit": ["treasuredata:fluent_bit"],
        "gcc": ["gnu:gcc"],
        "git": ["git-scm:git"],
        "go": ["golang:go"],
        "grafana": ["grafana:grafana"],
        "haproxy": ["haproxy:haproxy"],
        "helm": ["helm:helm"],
        "httpd": ["apache:http_server"],
        "java": ["oracle:jre", "oracle:jdk", "oracle:openjdk"],
        "jdk": ["oracle:jdk", "oracle:openjdk"],
        "jruby": ["jruby:jruby"],
        "julia": ["julialang:julia"],
        "libssl": ["openssl:openssl"],
        "lighttpd": ["lighttpd:lighttpd"],
        "mariadb": ["mariadb:mariadb"],
        "memcached": ["memcached:memcached"],
        "mongodb": ["mongodb:mongodb"],
        "mysql": ["oracle:mysql", "oracle:mysql_server"],
        "nginx": ["f5:nginx", "nginx:nginx", "f5:nginx_open_source"],
        "node": ["nodejs:node.js"],
        "openjdk": ["oracle:openjdk"],
        "openresty": ["openresty:openresty"],
        "openssl": ["openssl:openssl"],
        "perl": ["perl:perl"],
        "php": ["php:php"],
        "php-cli": ["php:php"],
        "php-fpm": ["php:php"],
        "postgresql": ["postgresql:postgresql"],
        "proftpd": ["proftpd:proftpd"],
        "pypy": ["pypy:pypy"],
        "python": ["python:python", "python_software_foundation:python"],
        "redis": ["redis:redis", "redislabs:redis"],
        "ruby": ["ruby-lang:ruby"],
        "rust": ["rust-lang:rust"],
        "sqlcipher": ["zetetic:sqlcipher"],
        "sqlite": ["sqlite:sqlite"],
        "swipl": ["swi-prolog:swi-prolog"],
        "traefik": ["traefik:traefik"],
        "util-linux": ["kernel:util-linux"],
        "valkey": ["lfprojects:valkey"],
        "vault": ["hashicorp:vault"],
        "wordpress": ["wordpress:wordpress"],
        "xtrabackup": ["percona:xtrabackup"],
        "zstd": ["facebook:zstandard"],
    ]
}
