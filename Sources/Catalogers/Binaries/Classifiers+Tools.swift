extension BinaryClassifier {
    /// Programs for the command line and the desktop.
    static let tools: [BinaryClassifier] = [
        // An image made of hard links alone has the program under the first of its names.
        BinaryClassifier(.program("busybox"), .program("["), is: "busybox", ["BusyBox v", .version(.three)]),
        BinaryClassifier(
            .program("bash"),
            is: "bash",
            ["@(#)Bash version ", .version(.three), "(", .one(.digit), ") "]
        ),
        BinaryClassifier(.program("getopt"), is: "util-linux", ["\0util-linux ", .version(.twoOrThree), "\0"]),
        BinaryClassifier(.program("curl"), is: "curl", ["curl/", .version(.three)]),
        BinaryClassifier(.program("ldapsearch"), is: "openldap", ["$OpenLDAP: ldapsearch ", .version(.three)]),
        BinaryClassifier(
            [.program("openssl")],
            [
                // AWS-LC's program has the same name and states the OpenSSL that it is compatible with.
                Finding("aws-lc", [["AWS-LC ", .version(.three), ")\0"]]),
                Finding(
                    "openssl",
                    [
                        [
                            "\0OpenSSL ",
                            .version(VersionShape(numbers: 3...3, endings: ["-alpha#", "-beta#", "-rc#", "@"])),
                        ]
                    ]
                ),
            ]
        ),
        BinaryClassifier(
            .program("zstd"),
            is: "zstd",
            ["\0v", .version(.three), "\0"],
            evidence: ["supports: zstd", "Zstandard CLI", "zstd command line"]
        ),
        BinaryClassifier(.program("xz"), is: "xz", ["\0xz (XZ Utils) ", .version(.three), "\0"]),
        BinaryClassifier(
            .program("gzip"),
            is: "gzip",
            ["\0", .version(VersionShape(numbers: 2...2)), "\0"],
            evidence: ["%s: %s: not in gzip format"]
        ),
        BinaryClassifier(
            .program("jq"),
            is: "jq",
            ["\0", .version(VersionShape(numbers: 2...3, maxDigits: 3)), "\0"],
            evidence: ["jq: error", "jq_init"]
        ),
        // Beside its own version it holds that of zlib.
        BinaryClassifier(
            .program("git"),
            is: "git",
            ["\0", .version(VersionShape(numbers: 3...4, leads: ["2."], endings: ["-rc#", ".rc#"])), "\0"],
            evidence: ["git version %s"]
        ),
        BinaryClassifier(.program("ffmpeg"), is: "ffmpeg", ["%s version ", .version(.twoOrThree)]),
        BinaryClassifier(
            .program("chrome"),
            is: "chrome",
            ["\0", .version(VersionShape(numbers: 4...4)), "\0Default"]
        ),
        BinaryClassifier(
            .file("application.ini"),
            is: "firefox",
            [
                "\nName=Firefox", .gap(400), "\nVersion=",
                .version(VersionShape(numbers: 2...4, endings: ["a#", "b#", "esr"])),
            ]
        ),
        BinaryClassifier(
            .file("composer"),
            .file("composer.phar"),
            is: "composer",
            [
                "'pretty_version' => '", .version(VersionShape(numbers: 3...3, endings: ["beta#", "alpha#", "RC#"])),
                "'",
            ]
        ),
        BinaryClassifier(.file("wp"), is: "wp-cli", ["wp-cli/wp-cli ", .version(.three)]),
    ]

    /// Libraries that are copied into images without a package.
    static let libraries: [BinaryClassifier] = [
        BinaryClassifier(
            .stemHolding("libQt", "Core.so"),
            .stemHolding("libQtCore", ".so"),
            is: "qtbase",
            ["\0\0Qt ", .version(.three), " ("],
            ["QtCore library version ", .version(.three)]
        ),
        BinaryClassifier(
            ["libavcodec", "libavformat", "libavutil", "libavfilter", "libavdevice", "libavresample"].map { .stem($0) },
            [
                Finding(
                    "ffmpeg",
                    [
                        ["FFmpeg version ", .version(.twoOrThree)], ["Lavc", .version(.three)],
                        ["Lavf", .version(.three)],
                    ]
                )
            ]
        ),
        BinaryClassifier(.stem("libswresample"), is: "ffmpeg", ["FFmpeg version ", .version(.twoOrThree)]),
        BinaryClassifier(
            .stem("libkrb"),
            is: "krb5",
            ["\0KRB5_BRAND: krb5-", .run(.notSpace, 1...64), " ", .version(.twoOrThree)]
        ),
        BinaryClassifier(.stem("libkrb"), is: "heimdal-krb5", ["$Version: Heimdal ", .version(.twoOrThree)]),
    ]
}
