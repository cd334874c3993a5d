import AnchoreAPI
import Reports

extension Operations {
    private static let topic = "Reports"
    private static let run = Parameter.query(
        "run",
        "The run; where none is named the newest that is done, of those over registries or repositories if there are any.",
        number
    )
    private static let format = Parameter.query(
        "format",
        "ndjson: one JSON object a line; csv: a table as spreadsheets read it.",
        .choice(["ndjson", "csv"]),
        otherwise: "ndjson"
    )

    package static let listReports = Operation(
        "listReports",
        .get,
        "/reports",
        topic: topic,
        "The kinds of reports",
        answers: [whole(APIReportKind.self, "ReportKinds")]
    )

    /// What the list of reports says.
    package static let reportKinds = [
        APIReportKind(
            kind: "nightly",
            path: "/v2/reports/nightly",
            formats: ["json"],
            text: "The state of the fleet, and what has changed since an earlier run."
        ),
        APIReportKind(
            kind: "findings",
            path: "/v2/reports/findings",
            formats: ["ndjson", "csv"],
            text: "Every finding in every image."
        ),
        APIReportKind(
            kind: "packages",
            path: "/v2/reports/packages",
            formats: ["ndjson", "csv"],
            text: "Every package in every image."
        ),
        APIReportKind(
            kind: "rebuild-plan",
            path: "/v2/rebuild-plan",
            formats: ["json"],
            text: "The fewest images whose rebuild clears the most findings."
        ),
    ]

    private static let nightlySchema = Schema.open([
        Schema.Member("schema", "tallyman.report/1", .text),
        Schema.Member("totals", "The fleet in figures.", .open([])),
        Schema.Member(
            "images",
            "Every image with its counts. Those of repositories that could not be listed are stale, with the day of `lastSeen`.",
            .list(.open([]), most: nil)
        ),
        Schema.Member("vulnerabilities", "The most pressing first.", .list(.open([]), most: nil)),
        Schema.Member("packages", "The worst first.", .list(.open([]), most: nil)),
        Schema.Member("coverage", "What could not be looked into.", .list(.open([]), most: nil)),
        Schema.Member("failures", "What is not covered.", .list(.open([]), most: nil)),
        Schema.Member("distros", "By distribution.", .list(.open([]), most: nil)),
        Schema.Member("advisories", "What everything was matched against.", .list(.open([]), most: nil)),
        Schema.Member("delta", "What has changed.", .open([]), isRequired: false),
    ])

    package static let getNightlyReport = Operation(
        "getNightlyReport",
        .get,
        "/reports/nightly",
        topic: topic,
        "The nightly report: report.json as the command line writes it",
        parameters: [
            run,
            .query(
                "since",
                "The run to compare with, earlier than the other; where none is named the one before, of those over registries or repositories.",
                number
            ),
        ],
        answers: [one(nightlySchema)],
        isHeavy: true
    )

    package static let exportFindings = Operation(
        "exportFindings",
        .get,
        "/reports/findings",
        topic: topic,
        "Every finding of the fleet, streamed",
        parameters: [run, format],
        answers: [
            Operation.Answer(
                200,
                "One finding a line.",
                [("application/x-ndjson", ExportedFinding.schema), ("text/csv", .text)]
            )
        ],
        isHeavy: true
    )

    package static let exportPackages = Operation(
        "exportPackages",
        .get,
        "/reports/packages",
        topic: topic,
        "Every package of every image, streamed",
        parameters: [run, format],
        answers: [
            Operation.Answer(
                200,
                "One package a line.",
                [("application/x-ndjson", ExportedPackage.schema), ("text/csv", .text)]
            )
        ],
        isHeavy: true
    )

    package static let getRebuildPlan = Operation(
        "getRebuildPlan",
        .get,
        "/rebuild-plan",
        topic: topic,
        "The fewest images whose rebuild clears the most findings",
        parameters: [run, .query("limit", "The most rebuilds.", .integer(1...1000), otherwise: 20)],
        answers: [one(RebuildPlan.schema)],
        isHeavy: true
    )
}
