// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A target of ours: every one is built with the same settings.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

/// The tests of one target, in the folder of the same name.
func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: settings
    )
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let keyDerivation = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "tallyman",
    products: [.executable(name: "tallyman", targets: ["tallyman"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // C libraries: a module map and a shim, nothing else.
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLDAP", providers: [.apt(["libldap-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),

        // Wrappers: one library each, no project types.
        library("DedicatedThread"),
        library("ProgramStart"),
        library("Bytes"),
        library("OnePassJSON"),
        library("Codecs", ["Bytes", "CISAL", "CZstd"]),
        library("Tar", ["Bytes", "CArchive"]),
        library("Postgres", ["CPostgres", "DedicatedThread"]),
        library("Redis", ["Bytes", "CHiredis", "COpenSSL", "DedicatedThread"]),
        library("LDAP", ["CLDAP", "COpenSSL", "DedicatedThread"]),

        // What a process counts, and how it is shown.
        library("Telemetry", [metrics]),
        library("HTTPProxy", ["Bytes", "ScanModel", httpClient]),

        // Values.
        library("ScanModel", ["Bytes", "OnePassJSON", crypto]),

        // Formats: bytes in, values out.
        library("Versions"),
        library("LinearRegex"),
        library("TOML"),
        library("YAML"),
        library("RPMDatabase", ["Bytes", sqlite]),
        library("Zip", ["Bytes", "CISAL"]),
        library("XMLStream", ["Bytes"]),
        library("JavaArchives", ["Bytes", "Zip"]),
        library("Executables", ["Bytes"]),
        library("GoBuildInfo", ["Bytes", "Executables"]),
        library("Licenses"),
        library("SecretSearch", ["LinearRegex", "ScanModel", "YAML"]),
        library("SBOM", ["Licenses", "OnePassJSON", "ScanModel", crypto]),

        // Engines.
        library(
            "Catalogers",
            [
                "Bytes", "Codecs", "Executables", "GoBuildInfo", "JavaArchives", "Licenses", "RPMDatabase", "ScanModel",
                "TOML", "Tar", "XMLStream", "YAML", "Zip", crypto,
            ]
        ),
        library("MalwareScan"),
        library(
            "LayerScan",
            ["Bytes", "Catalogers", "Codecs", "LinearRegex", "MalwareScan", "ScanModel", "SecretSearch", "Tar", crypto]
        ),
        library("ImageInventory", ["ScanModel"]),
        library("JobLifecycle"),
        library(
            "Advisories",
            [
                "Bytes", "Codecs", "OnePassJSON", "ScanModel", "TOML", "Tar", "Versions", "XMLStream", "YAML", "Zip",
                crypto,
            ]
        ),
        library("Matching", ["Advisories", "ScanModel", "Versions"]),
        library("VEX", ["Advisories", "OnePassJSON", "ScanModel", "YAML", crypto]),
        library("Policy", ["Advisories", "Licenses", "LinearRegex", "OnePassJSON", "ScanModel", "Versions", crypto]),
        library("Reports", ["ScanModel", mustache]),
        library("Compliance", ["Policy", "Reports"]),
        library("AnchoreAPI", ["OnePassJSON", "ScanModel", crypto]),
        library("FleetAPI", ["AnchoreAPI", "LinearRegex", "Reports", "ScanModel", "VEX", crypto]),
        library("Gatekeeping", ["AnchoreAPI"]),
        library("Access", ["AnchoreAPI", "DedicatedThread", crypto, keyDerivation]),
        library("Notifications", ["AnchoreAPI", "ScanModel", crypto]),

        // Adapters: IO.
        library(
            "Registry",
            ["DedicatedThread", "HTTPProxy", "ProgramStart", "ScanModel", "Telemetry", httpClient, crypto, logging]
        ),
        library(
            "ImageSources",
            [
                "Bytes", "Catalogers", "DedicatedThread", "ImageInventory", "LayerScan", "Matching", "Registry", "SBOM",
                "ScanModel", "Tar", crypto,
            ]
        ),
        library("AdvisoryFile", ["Advisories", "Matching", "ScanModel", "Versions", grdb]),
        library(
            "Documents",
            [
                "Advisories", "AdvisoryFile", "Catalogers", "ImageInventory", "ImageSources", "Matching", "Policy",
                "Reports", "SBOM", "ScanModel", "VEX", "Versions", crypto,
            ]
        ),
        library("Queue", ["Redis"]),
        library(
            "Store",
            [
                "Advisories", "AnchoreAPI", "Codecs", "FleetAPI", "JobLifecycle", "Licenses", "Matching", "Postgres",
                "Reports", "ScanModel", "VEX", "Versions", crypto,
            ],
            resources: [
                .embedInCode("Migrations/m0001_fleet.sql"), .embedInCode("Migrations/m0002_enrichment.sql"),
                .embedInCode("Migrations/m0003_exceptions.sql"), .embedInCode("Migrations/m0004_licences.sql"),
                .embedInCode("Migrations/m0005_owners.sql"), .embedInCode("Migrations/m0006_feed_state.sql"),
                .embedInCode("Migrations/m0007_package_sets.sql"),
                .embedInCode("Migrations/m0008_changed_advisories.sql"),
                .embedInCode("Migrations/m0009_registry_limits.sql"),
                .embedInCode("Migrations/m0010_worker_losses.sql"), .embedInCode("Migrations/m0011_task_times.sql"),
                .embedInCode("Migrations/m0012_accounts.sql"), .embedInCode("Migrations/m0013_account_images.sql"),
                .embedInCode("Migrations/m0014_policies.sql"), .embedInCode("Migrations/m0015_subscriptions.sql"),
                .embedInCode("Migrations/m0016_file_facts.sql"), .embedInCode("Migrations/m0017_access.sql"),
                .embedInCode("Migrations/m0018_notifications.sql"),
                .embedInCode("Migrations/m0019_flaw_fingerprints.sql"),
                .embedInCode("Migrations/m0020_policy_basis.sql"),
                .embedInCode("Migrations/m0021_fleet_questions.sql"), .embedInCode("Migrations/m0022_fold_shards.sql"),
                .embedInCode("Migrations/m0023_filed_packages.sql"), .embedInCode("Migrations/m0024_fix_dates.sql"),
                .embedInCode("Migrations/m0025_fleet_logins.sql"),
                .embedInCode("Migrations/m0026_listing_progress.sql"),
                .embedInCode("Migrations/m0027_cancelled_runs.sql"),
                .embedInCode("Migrations/m0028_active_verdicts.sql"),
                .embedInCode("Migrations/m0029_cancelled_runs_owed.sql"),
                .embedInCode("Migrations/m0030_finding_waves.sql"),
                .embedInCode("Migrations/m0031_hashed_digests.sql"),
                .embedInCode("Migrations/m0032_matches_version.sql"),
                .embedInCode("Migrations/m0033_fences.sql"),
            ]
        ),

        // A synthetic fleet, and what it is asked.
        library(
            "StoreBenchmark",
            ["Advisories", "Codecs", "Matching", "Postgres", "Reports", "ScanModel", "Store"]
        ),

        library("FeedSync", ["Advisories", "Bytes", "DedicatedThread", "HTTPProxy", "XMLStream", httpClient]),
        library(
            "FleetRegistry",
            ["AnchoreAPI", "DedicatedThread", "Redis", "Registry", "ScanModel", "Store", crypto, logging]
        ),

        library(
            "Identity",
            ["Access", "AnchoreAPI", "DedicatedThread", "HTTPProxy", "LDAP", httpClient, jwt, logging, nioSSL]
        ),

        library(
            "Notifier",
            [
                "AnchoreAPI", "FleetRegistry", "HTTPProxy", "Notifications", "Postgres", "Registry", "ScanModel",
                "Store", "Telemetry", httpClient, logging,
            ]
        ),

        // Services.
        library(
            "Coordinator",
            [
                "FleetRegistry", "Postgres", "Queue", "Redis", "Registry", "Reports", "ScanModel", "Store", "Telemetry",
                logging,
            ]
        ),
        library(
            "Worker",
            [
                "Catalogers", "DedicatedThread", "FleetRegistry", "ImageInventory", "LayerScan", "MalwareScan",
                "Postgres",
                "Queue", "Redis", "Registry", "ScanModel", "Store", "Telemetry", logging,
            ]
        ),

        library("Supervisor", ["ProgramStart", logging]),

        // The capacity benchmark: a fleet made by a seed, a registry that serves it, and the model of what it costs.
        library("SyntheticFleet", ["Codecs", "ScanModel", crypto]),
        library("SyntheticRegistry", ["DedicatedThread", "ScanModel", "SyntheticFleet"]),
        library("CapacityBenchmark", ["Reports"]),
        library(
            "Web",
            [
                "Access", "AnchoreAPI", "Codecs", "Compliance", "DedicatedThread", "FleetAPI", "Gatekeeping",
                "ImageInventory", "JobLifecycle", "Policy", "Postgres", "Queue", "Reports", "SBOM", "ScanModel",
                "Store", "Telemetry", "VEX", crypto, hummingbird, hummingbirdTLS, logging, nioSSL,
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),

        // The program.
        .executableTarget(
            name: "tallyman",
            dependencies: [
                "Access", "Advisories", "AdvisoryFile", "AnchoreAPI", "Bytes", "CapacityBenchmark", "Catalogers",
                "Compliance", "Coordinator", "DedicatedThread", "Documents", "FeedSync", "FleetRegistry",
                "Gatekeeping", "HTTPProxy", "Identity", "ImageInventory", "ImageSources", "LayerScan", "LDAP",
                "LinearRegex", "MalwareScan", "Matching", "Notifications", "Notifier", "Policy", "Postgres", "Queue",
                "Redis", "Registry", "Reports", "SBOM", "ScanModel", "SecretSearch", "Store", "StoreBenchmark",
                "Supervisor", "SyntheticFleet",
                "SyntheticRegistry", "Telemetry", "Versions", "VEX", "Web", "Worker", arguments, logging, metrics,
                yams,
            ],
            swiftSettings: settings
        ),

        // Tests, and what builds their fixtures.
        library("TallymanTesting", ["Bytes", "Codecs", "JobLifecycle", "Postgres", "ScanModel", "Zip", crypto]),
        tests(of: "DedicatedThread"),
        tests(of: "ProgramStart"),
        tests(of: "Bytes"),
        tests(of: "OnePassJSON", ["TallymanTesting"]),
        tests(of: "Codecs", ["Bytes", "TallymanTesting"]),
        tests(of: "Tar", ["Bytes", "TallymanTesting"]),
        tests(of: "Postgres", ["TallymanTesting"]),
        tests(of: "Redis", ["TallymanTesting"]),
        tests(of: "Queue", ["Redis", "TallymanTesting"]),
        tests(of: "Telemetry", [metrics]),
        tests(of: "HTTPProxy"),
        tests(of: "ScanModel", ["TallymanTesting"]),
        tests(of: "Versions", ["TallymanTesting"]),
        tests(of: "LinearRegex", ["TallymanTesting"]),
        tests(of: "TOML", ["TallymanTesting"]),
        tests(of: "YAML", ["TallymanTesting"]),
        tests(of: "RPMDatabase", ["Bytes", "TallymanTesting", sqlite]),
        tests(of: "Zip", ["Bytes", "TallymanTesting"]),
        tests(of: "XMLStream", ["Bytes", "TallymanTesting"]),
        tests(of: "JavaArchives", ["Bytes", "TallymanTesting", "Zip"]),
        tests(of: "Executables", ["Bytes"]),
        tests(of: "GoBuildInfo", ["Bytes", "TallymanTesting"]),
        tests(of: "Licenses", ["TallymanTesting"]),
        tests(of: "SecretSearch", ["LinearRegex", "ScanModel", "TallymanTesting"]),
        tests(of: "MalwareScan", ["DedicatedThread", "ScanModel"]),
        tests(of: "SBOM", ["ScanModel", "TallymanTesting"]),
        tests(of: "Catalogers", ["Bytes", "Codecs", "ImageInventory", "LayerScan", "ScanModel", "TallymanTesting"]),
        tests(
            of: "LayerScan",
            ["Bytes", "Catalogers", "Codecs", "MalwareScan", "ScanModel", "TallymanTesting", crypto]
        ),
        tests(of: "ImageInventory", ["Bytes", "LayerScan", "ScanModel", "TallymanTesting"]),
        tests(
            of: "Advisories",
            ["Bytes", "Matching", "OnePassJSON", "ScanModel", "TallymanTesting", "Versions", "Zip"]
        ),
        tests(of: "JobLifecycle", ["TallymanTesting"]),
        tests(of: "Matching", ["Advisories", "ScanModel", "Versions"]),
        tests(of: "VEX", ["Bytes", "ScanModel", "TallymanTesting", "Zip"]),
        tests(
            of: "Policy",
            [
                "Advisories", "Bytes", "ImageInventory", "LayerScan", "LinearRegex", "ScanModel", "TallymanTesting",
                "Versions", crypto,
            ]
        ),
        tests(
            of: "Compliance",
            [
                "Bytes", "ImageInventory", "LayerScan", "MalwareScan", "Policy", "Reports", "ScanModel",
                "TallymanTesting",
            ]
        ),
        tests(of: "AdvisoryFile", ["Advisories", "Matching", "ScanModel", "TallymanTesting"]),
        tests(of: "Registry", ["HTTPProxy", "ScanModel", "TallymanTesting", crypto, logging]),
        tests(of: "FleetRegistry", ["Redis", "Registry", "TallymanTesting", logging]),
        tests(of: "FeedSync", ["Advisories", "AdvisoryFile", "HTTPProxy", "TallymanTesting"]),
        tests(of: "Reports", ["ScanModel", "TallymanTesting", crypto]),
        tests(
            of: "ImageSources",
            [
                "Catalogers", "DedicatedThread", "ImageInventory", "LayerScan", "Registry", "ScanModel",
                "TallymanTesting", crypto,
            ]
        ),
        tests(
            of: "Documents",
            [
                "Advisories", "AdvisoryFile", "DedicatedThread", "ImageSources", "Matching", "Policy", "Reports",
                "SBOM",
                "ScanModel", "TallymanTesting", "VEX",
            ]
        ),
        tests(
            of: "Store",
            [
                "Advisories", "AnchoreAPI", "JobLifecycle", "Postgres", "Reports", "ScanModel", "TallymanTesting",
                "VEX",
                "Versions",
            ]
        ),
        tests(of: "Supervisor", [logging]),
        tests(
            of: "SyntheticFleet",
            ["Bytes", "Codecs", "LayerScan", "Registry", "ScanModel", "SyntheticRegistry", crypto, logging]
        ),
        tests(of: "CapacityBenchmark", ["Reports"]),
        tests(of: "Worker", ["Postgres", "Redis", "Store", logging]),
        tests(of: "AnchoreAPI", ["OnePassJSON", "ScanModel", "TallymanTesting"]),
        tests(of: "FleetAPI", ["AnchoreAPI", "ScanModel", "TallymanTesting", "YAML"]),
        tests(of: "Access", ["AnchoreAPI"]),
        tests(of: "Gatekeeping", ["AnchoreAPI", "TallymanTesting"]),
        tests(of: "LDAP", ["TallymanTesting"]),
        tests(
            of: "Identity",
            ["Access", "AnchoreAPI", "HTTPProxy", "LDAP", "TallymanTesting", crypto, keyDerivation, logging]
        ),
        tests(of: "Notifications", ["AnchoreAPI", "ScanModel", "TallymanTesting", crypto]),
        tests(
            of: "Notifier",
            [
                "AnchoreAPI", "FleetRegistry", "HTTPProxy", "Notifications", "Postgres", "Registry", "ScanModel",
                "Store", "TallymanTesting", httpClient, logging,
            ]
        ),
        tests(
            of: "Web",
            [
                "Access", "Advisories", "AnchoreAPI", "Bytes", "Compliance", "DedicatedThread", "Gatekeeping", "LayerScan",
                "Policy", "Postgres", "Queue", "ScanModel", "Store", "StoreBenchmark", "TallymanTesting", logging,
            ]
        ),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "Advisories", "Bytes", "Catalogers", "Codecs", "Executables", "LayerScan", "SBOM", "ScanModel", "TOML",
                "TallymanTesting", "VEX", "Versions", "XMLStream", "YAML", "Zip",
            ],
            swiftSettings: settings
        ),
        // The services together, as a fleet: real PostgreSQL and Redis, worker processes that are killed.
        .testTarget(
            name: "FleetTests",
            dependencies: [
                "AnchoreAPI", "Catalogers", "Coordinator", "DedicatedThread", "FleetRegistry", "ImageSources",
                "JobLifecycle", "LayerScan", "Postgres", "Queue", "Redis", "Registry", "Reports", "ScanModel", "Store",
                "TallymanTesting", "Telemetry", "Web", "Worker", crypto, logging,
            ],
            swiftSettings: settings
        ),
    ]
)
