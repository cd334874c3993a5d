import ScanModel

extension BinaryClassifier {
    /// Programs written in Go.
    ///
    /// The linker gives each text set at build time a place of its own, padded with zeros, and writes constants one behind
    /// the other without any; so the neighbours decide. The names of their functions begin with their module's path, even
    /// where symbols were stripped: it is asked for as evidence.
    static let goPrograms: [BinaryClassifier] = [
        BinaryClassifier(
            .program("helm"),
            is: BinarySoftware("helm", type: .go, group: "helm.sh"),
            ["\0v", .version(.dottedPreRelease), "\0\0"],
            ["v", .version(.dottedPreRelease), .zeros, .gap(500), "go", .number(.three), "\0"],
            ["\0v", .version(.dottedPreRelease), "\0"],
            ["@v", .version(.dottedPreRelease), "\0"],
            evidence: ["helm.sh/helm", "k8s.io/helm"]
        ),
        BinaryClassifier(
            .program("consul"),
            is: BinarySoftware("consul", type: .go, group: "github.com/hashicorp"),
            ["CONSUL_VERSION: ", .version(.three)],
            ["GitDescribe=", .version(.three), "\""],
            ["\0v", .version(.three), "\0"],
            evidence: ["hashicorp/consul", "CONSUL_VERSION: "]
        ),
        BinaryClassifier(
            .program("vault"),
            is: BinarySoftware("github.com/hashicorp/vault", type: .go),
            ["revoke", .version(.three)],
            ["state", .version(VersionShape(numbers: 3...3, endings: ["-rc?"], needsEnding: true))],
            ["016x", .version(VersionShape(numbers: 3...3, maxDigits: 2, leads: ["1.11.", "1.13.", "1.14."]))],
            ["\0", .version(VersionShape(numbers: 3...3, leads: ["1.?.", "1.?0.", "1.?1."])), "\0"],
            evidence: ["hashicorp/vault"]
        ),
        BinaryClassifier(
            .program("traefik"),
            is: "traefik",
            [.one(.unprintable), .optional("v"), .version(.preRelease), "\0"],
            evidence: ["traefik/traefik", "containous/traefik"]
        ),
        BinaryClassifier([.program("pilot-agent")], [Finding("pilot-agent", istio, evidence: ["istio.io/"])]),
        BinaryClassifier([.program("pilot-discovery")], [Finding("pilot-discovery", istio, evidence: ["istio.io/"])]),
        BinaryClassifier([.program("grafana")], [Finding("grafana", grafana, evidence: ["grafana/grafana"])]),
        BinaryClassifier(
            [.program("grafana-server")],
            [Finding("grafana", grafanaServer, evidence: ["grafana/grafana"])]
        ),
        BinaryClassifier(
            [.program("nginx-ingress-controller")],
            [Finding("nginx-ingress-controller", ingress, evidence: ["ingress-nginx", "k8s.io/ingress"])]
        ),
        BinaryClassifier([.program("filebeat")], [Finding("filebeat", beats, evidence: ["elastic/beats"])]),
        BinaryClassifier([.program("metricbeat")], [Finding("metricbeat", beats, evidence: ["elastic/beats"])]),
        BinaryClassifier([.program("heartbeat")], [Finding("heartbeat", beats, evidence: ["elastic/beats"])]),
        BinaryClassifier([.program("packetbeat")], [Finding("packetbeat", beats, evidence: ["elastic/beats"])]),
        BinaryClassifier([.program("auditbeat")], [Finding("auditbeat", beats, evidence: ["elastic/beats"])]),
        BinaryClassifier(
            .program("elastic-agent"),
            is: "elastic-agent",
            ["enroll", .optional(": true"), .version(.three), .optional("-"), "header"],
            ["PM", .version(.three), ":https"],
            evidence: ["elastic/elastic-agent", "elastic/beats"]
        ),
    ]

    private static let istio: [BinaryPattern] = [
        [.number(.three), .zeros, .version(.istio), "\0"],
        ["Clean", .zeros, .version(.istio), "\0"],
        ["Modified", .zeros, .version(VersionShape(numbers: 2...2, endings: ["-dev"], needsEnding: true)), "\0"],
        [.version(.istio), .zeros, .gap(100), "=v<y5"],
    ]

    private static let beats: [BinaryPattern] = [
        ["Test ", .version(.three), .one(.lowerOrSign)],
        ["plugin", .optional("output"), .version(.three), .one(.lowerOrSign)],
        ["5m.rate", .version(.three), "-"],
    ]

    private static let ingress: [BinaryPattern] = [
        ["v", .version(.ingress), "\0\0"],
        ["v", .version(.three), .zeros, .gap(50), "go", .number(.twoOrThree), "\0"],
        ["v", .version(.ingress), .zeros, .gap(800), "$a", .gap(10), "\0"],
        ["\0", .optional("v"), .version(.ingress), .zeros, .gap(100), "S=v<y5"],
        ["\0go", .number(.three), .zeros, "v", .version(.ingress), "\0"],
        ["\0v", .version(.ingressTest), "\0"],
    ]

    private static let grafana: [BinaryPattern] = [
        ["\0", .version(VersionShape(numbers: 3...3, leads: ["??."], endings: ["-?????#"], needsEnding: true)), "\0"],
        ["\0release-", .version(.grafana("??.")), .security, "\0"],
        [
            "\0go1.", .number(VersionShape(numbers: 2...2)), .zeros, .version(.grafana("??.")), .security, .zeros,
            .gap(500), "+DT",
        ],
        [.version(.grafana("??.")), .security, .zeros, "$a"],
        ["\0", .one(.any), .version(.grafana("10.")), .security, "\0"],
        [
            .version(.grafana("??.")), .security, .zeros, .gap(100), "\0go1.", .number(VersionShape(numbers: 2...2)),
            "\0",
            .gap(100), "+DT",
        ],
        [
            .version(.grafana("?.", "??.")), .security, .zeros, "v", .number(VersionShape(numbers: 2...2)), ".x\0",
        ],
        ["HEAD\0", .gap(200), "\0", .version(.grafana("?.")), .security, "\0"],
        [.one(.lowerAlphanumeric), .zeros, .version(.grafana("?.")), .security, .zeros, "/usr/local/go"],
    ]

    private static let grafanaServer: [BinaryPattern] = [
        [.one(.lowerAlphanumeric), .zeros, .version(.grafana("?.")), .zeros, "/usr/local/go"],
        ["HEAD\0", .gap(200), "\0", .version(.grafana("?.")), "\0"],
        ["\0", .version(.grafana("?.")), .zeros, .gap(1000), "\0/u"],
    ]
}

extension VersionShape {
    fileprivate static let istio = VersionShape(numbers: 3...3, endings: ["-alpha.#", "-beta.#", "-rc.#", "-dev"])
    fileprivate static let ingress = VersionShape(numbers: 3...3, endings: ["-alpha.#", "-beta.#"])
    fileprivate static let ingressTest = VersionShape(
        numbers: 3...3,
        endings: ["-alpha.#", "-beta.#"],
        needsEnding: true
    )

    fileprivate static func grafana(_ leads: TextTemplate...) -> VersionShape {
        VersionShape(numbers: 3...3, leads: leads, endings: ["-beta?", "-test", "-preview"])
    }
}

extension BinaryPattern.Step {
    /// What Grafana's security releases add to the version that they mend.
    fileprivate static let security = BinaryPattern.Step.optional("+security-#")
}
