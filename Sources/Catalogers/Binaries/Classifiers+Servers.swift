extension BinaryClassifier {
    /// Web servers, proxies and other daemons that are not written in Go.
    static let servers: [BinaryClassifier] = [
        BinaryClassifier(
            .program("nginx"),
            .program("openresty"),
            is: "nginx",
            // Derived servers put their own name there; the version begins as that of the nginx that they are made from.
            [
                "nginx version: ", .run(.notSlash, 1...64), "/",
                .version(VersionShape(numbers: 3...3, endings: ["+#-#", "+#", "-#"])),
            ]
        ),
        BinaryClassifier(.program("httpd"), .program("apache2"), is: "httpd", ["Apache/", .version(.three)]),
        BinaryClassifier(.program("lighttpd"), is: "lighttpd", ["\0lighttpd/", .version(.three), "\0"]),
        BinaryClassifier(
            .program("proftpd"),
            is: "proftpd",
            ["\0ProFTPD Version ", .version(VersionShape(numbers: 3...3, endings: ["@"])), "\0"]
        ),
        BinaryClassifier(
            .program("haproxy"),
            is: "haproxy",
            ["version ", .version(.haproxy), ", released 20"],
            // A commit, or the number of a package.
            ["version ", .version(.haproxy), "-", .gap(40), ", released 20"],
            ["HA-Proxy version ", .version(.haproxy)],
            [.version(.haproxy), "-", .run(.alphanumeric, 7...7), .gap(300), "HAProxy version"]
        ),
        BinaryClassifier(
            .program("fluent-bit"),
            is: "fluent-bit",
            ["\0", .version(.three), .zeros, .optional("\u{1b}[1m\0"), .optional("%s"), "Fluent"]
        ),
        BinaryClassifier([.program("envoy")], [Finding("envoy", envoy, evidence: ["envoy"])]),
        BinaryClassifier(.program("varnishd"), is: "varnish", ["varnish-", .version(.three), " revision "]),
    ]

    /// Each line of releases has the version beside other texts, as its linker sorted them.
    private static let envoy: [BinaryPattern] = [
        ["\0", .version(.envoy("1.3?.")), "\0", .gap(1000), "envoy_reloadable_features"],
        ["\0", .version(.envoy("1.34.")), "\0", .gap(200), "envoy.reloadable_features"],
        ["envoy_quic_", .gap(1000), "\0", .version(.envoy("1.2?.")), "\0"],
        ["\0", .version(.envoy("1.1?.", "1.2?.")), "\0", .gap(1000), "Unable to"],
        ["\0", .version(.envoy("1.2?.")), "\0", .gap(580), "ValidationError"],
        ["\0", .version(.envoy("1.1?.")), "\0", .gap(1000), "ValidationError"],
        ["[source/", .gap(200), "\0", .version(.envoy("1.1?.")), "\0"],
        ["\0", .version(.envoy("1.?.")), "\0", .gap(20), "RELEASE"],
        ["\0", .version(.envoy("1.3?.")), "\0", .gap(200), "envoy."],
        ["\0", .version(.envoy("1.3?.")), "\0", .gap(200), "envoy/"],
        ["\0", .version(.envoy("1.3?.")), "\0", .gap(1000), "envoy_quic"],
        ["\0", .version(.envoy("1.3?.")), "\0envoy", .run(.notSpace, 1...1)],
        ["\0", .version(.envoy("1.3?.")), "\0TLS "],
        ["\0", .version(.envoy("1.2?.")), "\0envoy/"],
        ["\0", .version(.envoy("1.2?.")), "\0", .gap(500), "envoy."],
        ["\0", .version(.envoy("1.2?.")), "\0", .gap(300), "envoy_"],
    ]
}

extension VersionShape {
    fileprivate static let haproxy = VersionShape(numbers: 2...3, endings: ["-dev#", "-rc#"])

    fileprivate static func envoy(_ leads: TextTemplate...) -> VersionShape {
        VersionShape(numbers: 3...3, leads: leads, endings: ["-dev"])
    }
}
