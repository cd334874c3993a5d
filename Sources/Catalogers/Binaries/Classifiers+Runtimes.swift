// What the strings around a version look like was learnt from released programs; each pattern says it in full.

extension BinaryClassifier {
    /// Interpreters, compilers and their libraries.
    static let runtimes: [BinaryClassifier] = [
        BinaryClassifier(
            .stem("python"),
            .stemHolding("libpython", ".so"),
            is: "python",
            ["\0", .version(.python), "\0"],
            // A linker lets the text be the end of a folder's name that ends in the same version.
            ["/", .version(.pythonRelease), "\0"]
        ),
        BinaryClassifier(.stemHolding("libpypy", ".so"), is: "pypy", ["[PyPy ", .version(.three)]),
        BinaryClassifier(
            .program("ruby"),
            .stemHolding("libruby", ".so"),
            is: "ruby",
            ["ruby ", .version(VersionShape(numbers: 3...3, endings: ["p#", "preview#", "rc#", "dev#", "dev"])), " "]
        ),
        BinaryClassifier(
            .program("node"),
            .stemHolding("libnode", ".so"),
            is: "node",
            ["node.js/v", .version(.three)]
        ),
        // Releases before 10 have it alone or behind their name.
        BinaryClassifier(
            .program("node"),
            is: "node",
            ["\0", .optional("node "), "v", .version(.three.leading("0.", "4.", "5.", "6.")), "\0"],
            evidence: ["NODE_", "node v"]
        ),
        BinaryClassifier(
            .program("perl"),
            is: "perl",
            ["/usr/local/lib/perl", .one(.digit), "/", .version(.three)],
            // Built for another folder.
            ["/perl5/", .version(.three)],
            ["/share/perl/", .version(.three)]
        ),
        BinaryClassifier(.numbered("php"), is: "php-cli", .php),
        BinaryClassifier(.stemHolding("php", "-fpm"), is: "php-fpm", .php),
        BinaryClassifier(.stemHolding("libphp", ".so"), is: "libphp", .php),
        BinaryClassifier(
            .program("go"),
            .program("go.exe"),
            is: "go",
            ["go", .version(VersionShape(numbers: 2...3, endings: ["beta#", "alpha#", "rc#"])), "\0"]
        ),
        // The root of Go's own tree. Working copies are stamped with a commit in place of a third number.
        BinaryClassifier(
            .file("VERSION"),
            .file("VERSION.cache"),
            is: "go",
            [.start, .optional("devel "), "go", .version(.goTree)]
        ),
        BinaryClassifier(
            .stemHolding("libstd", "-"),
            is: "rust",
            ["\0clang LLVM (rustc version ", .version(.twoOrThree), " ("],
            ["c ", .version(.twoOrThree), " (", .run(.word, 7...12), " 20", .one(.digit), .one(.digit), "-"],
            ["/rustc-", .version(.three), "/library/"]
        ),
        BinaryClassifier(
            .program("dart"),
            is: "dart",
            ["\0", .version(VersionShape(numbers: 3...3, endings: ["-#.#.beta", "-#.beta"])), " ("]
        ),
        BinaryClassifier(
            .program("deno"),
            is: "deno",
            // Behind a dash it is the exporter that Deno has built in, with a version of its own.
            [.one(.notDash), "Deno/", .version(.three)],
            ["deno-canary/", .run(.lowerAlphanumeric, 40...40), .version(.three)],
            ["deno-", .run(.lowerAlphanumeric, 40...40), .optional("release/v"), .version(.three)],
            [.version(.broken), .run(.lowerAlphanumeric, 40...40), "DENO"]
        ),
        BinaryClassifier(
            .program("bun"),
            is: "bun",
            ["Bun v", .version(.three)],
            ["bun ", .optional("v"), .version(.three)],
            ["bun-", .version(.three)]
        ),
        BinaryClassifier(.program("erlexec"), .file("liberts_internal.a"), is: "erlang", .otpSource, .otpSourceFolder),
        BinaryClassifier(
            .program("beam.smp"),
            is: "erlang",
            .otpSource,
            .otpSourceFolder,
            ["\0", .version(.otp), .zeros, "Erlang/OTP"],
            ["Erlang/OTP", .gap(150), "\0", .version(.otp), "\0"]
        ),
        BinaryClassifier(.file("elixir"), is: "elixir", ["ELIXIR_VERSION=", .version(.elixir)]),
        BinaryClassifier(.path("elixir/ebin/elixir.app"), is: "elixir", ["{vsn,\"", .version(.elixir), "\"}"]),
        BinaryClassifier(
            .stem("ghc"),
            is: "haskell/ghc",
            ["\0GHC ", .version(.three), "\0"],
            ["\0libHSghc-", .version(.three), "-", .gap(32), "ghc", .number(.three), ".so\0"]
        ),
        BinaryClassifier(
            .program("cabal"),
            is: "haskell/cabal",
            ["\0Cabal-", .version(VersionShape(numbers: 3...4)), "-"],
            ["cabal-install-", .version(VersionShape(numbers: 3...4)), "-", .run(.alphanumeric, 1...40), "\0"]
        ),
        BinaryClassifier(.program("stack"), is: "haskell/stack", ["Version ", .version(.three), ", Git"]),
        BinaryClassifier(.program("swipl"), is: "swipl", ["swipl-", .version(.three), "/"]),
        // The library is `libjulia-internal.so.1.10.11`, and the name without a version a link to it.
        BinaryClassifier(
            .stemHolding("libjulia", ".so"),
            is: "julia",
            ["\0__init__\0", .version(.preRelease), "\0branch"],
            ["\0__init__\0", .version(.preRelease), "\0verify_methods"],
            [.version(.preRelease), "\0branch\0"],
            ["\0verify_methods\0", .gap(30), .version(.preRelease), "\0BigInt"],
            ["\0", .version(.preRelease), "\0julia version"],
            ["\0#kw#\0", .version(.preRelease), "\0BigInt"],
            ["\0#kw#\0", .version(.preRelease), "\0_require_dependencies"],
            ["\0ObjectIdDict\0", .version(.preRelease), "\0jl_sysimg_cpu_target"],
            ["\0require\0", .version(.preRelease), "\0core2"]
        ),
        // Each program says which GCC built it; GCC itself is built by itself.
        BinaryClassifier(.program("gcc"), is: "gcc", ["GCC: (GNU) ", .version(.three)], evidence: ["COLLECT_GCC"]),
    ]
}

extension VersionShape {
    /// The version in the file's name, what follows its last number, and marks of builds: `3.13.0rc1`, `2.7.18+`.
    fileprivate static let python = VersionShape(numbers: 2...3, tail: .version, continuesFileName: true)
    fileprivate static let pythonRelease = VersionShape(numbers: 3...3, tail: .version, continuesFileName: true)
    fileprivate static let goTree = VersionShape(
        numbers: 2...3,
        endings: ["beta#", "alpha#", "rc#"],
        tail: .versionWithBuild
    )
    fileprivate static let otp = VersionShape(numbers: 2...4, endings: ["-rc#"])
    fileprivate static let elixir = VersionShape(numbers: 3...3, endings: ["-@.#", "-@#", "-@"])
    /// Digits of something else follow directly.
    static let broken = VersionShape(numbers: 3...3, mayBreakNumber: true)
}

extension BinaryPattern {
    fileprivate static let php: BinaryPattern = [
        "X-Powered-By: PHP/", .version(VersionShape(numbers: 3...3, endings: ["beta#", "alpha#", "RC#"])),
    ]
    /// The folder of the sources, in the debugging information.
    fileprivate static let otpSource: BinaryPattern = ["/src/otp_src_", .version(.otp), "/erts/"]
    fileprivate static let otpSourceFolder: BinaryPattern = ["/usr/local/src/otp-", .version(.otp), "/erts/"]
}
