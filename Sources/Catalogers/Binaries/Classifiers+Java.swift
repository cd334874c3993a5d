extension BinaryClassifier {
    /// Java's launchers.
    ///
    /// They hold the release as a bare text, so what build it is must be told from the texts around it.
    static let java: [BinaryClassifier] = [
        BinaryClassifier(
            [.program("java")],
            [
                graal,
                Finding(
                    BinarySoftware("zulu", group: "azul"),
                    [["\0java\0", .number(.anyNumbers), "\0", .version(.javaBuild), "\0"]]
                        + ["openjdk", "java"].map { .armRelease(before: $0, .javaBuild) },
                    pathHolds: "zulu"
                ),
                Finding(
                    BinarySoftware("openjdk", group: "oracle"),
                    [
                        ["java\0", .number(.anyNumbers), "\0", .version(.javaUpdate), "\0"],
                        .armRelease(before: "openjdk\0java", .javaUpdate),
                    ],
                    evidence: ["openjdk"]
                ),
                openJDK,
                Finding(
                    BinarySoftware("java", group: "ibm"),
                    [["\0java", .zeros, .number(.twoOrThree), .zeros, .version(.javaBuild), "\0"]],
                    pathHolds: "/ibm/"
                ),
                Finding(
                    BinarySoftware("jre", group: "oracle"),
                    [
                        [
                            "\0",
                            .version(
                                VersionShape(numbers: 1...6, endings: ["+#"], needsEnding: true, tail: .digitOrDash)
                            ), "\0",
                        ]
                    ],
                    evidence: ["openjdk"]
                ),
                Finding(
                    BinarySoftware("jre", group: "oracle"),
                    [["\0", .version(VersionShape(numbers: 3...6, tail: .versionWithBuild)), "\0"]],
                    evidence: ["JLI_", "java\0"]
                ),
            ]
        ),
        BinaryClassifier(
            [.program("jdb")],
            [
                graal,
                Finding(
                    BinarySoftware("zulu", group: "azul"),
                    ["java", "jdb"].map {
                        [.text(Array($0.utf8) + [0]), .number(.anyNumbers), "\0", .version(.javaBuild), "\0"]
                    } + ["java", "jdb"].map { .armRelease(before: $0, .javaBuild) },
                    pathHolds: "zulu"
                ),
                openJDK,
                Finding(
                    BinarySoftware("java_sdk", group: "ibm"),
                    [["\0java\0", .gap(200), "\0", .version(VersionShape(numbers: 1...4, tail: .version)), "\0"]],
                    pathHolds: "/ibm/"
                ),
                Finding(
                    BinarySoftware("openjdk", group: "oracle"),
                    [["\0", .version(.jdk), "\0"]],
                    evidence: ["openjdk"]
                ),
                Finding(
                    BinarySoftware("jdk", group: "oracle"),
                    [["\0", .version(.jdk), "\0"]],
                    evidence: ["JLI_", "java\0", "jdb\0"]
                ),
            ]
        ),
    ]

    private static let graal = Finding(
        BinarySoftware("graalvm", group: "oracle"),
        [["\0", .version(VersionShape(numbers: 1...6, tail: .versionWithBuild, holding: ["-jvmci-", "-b"])), "\0"]]
    )

    private static let openJDK = Finding(
        BinarySoftware("openjdk", group: "oracle"),
        [
            ["\0openjdk\0java\0", .number(.anyNumbers), "\0", .version(.javaBuild), "\0"],
            .armRelease(before: "openjdk\0java", .javaBuild),
        ]
    )
}

extension VersionShape {
    fileprivate static let anyNumbers = VersionShape(numbers: 1...4)
    /// `11.0.17+8-LTS`, `1.8.0_352-b08`.
    fileprivate static let javaBuild = VersionShape(numbers: 1...6, tail: .versionWithBuild)
    /// `1.8.0_352-b08`.
    fileprivate static let javaUpdate = VersionShape(numbers: 1...6, tail: .versionWithBuild, holding: ["_", "-"])
    fileprivate static let jdk = VersionShape(numbers: 3...3, endings: ["+#"], tail: .version)
}

extension BinaryPattern {
    /// Builds for ARM pad their texts and have them the other way round: the release, the build, the launcher's name.
    fileprivate static func armRelease(before name: String, _ shape: VersionShape) -> BinaryPattern {
        ["\0", .number(.anyNumbers), .zeros, .version(shape), .zeros, .text(Array(name.utf8))]
    }
}
