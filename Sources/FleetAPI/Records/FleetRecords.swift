package import Reports

/// The fleet in figures.
package struct APIFleet: Sendable {
    package struct Count: Sendable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    package var images: Int
    package var packages: Int
    package var vulnerabilities: SeverityCounts
    package var runs: [Count]
    package var tasks: [Count]
    package var exceptions: Int
    package var newest: APIRun?

    package init(
        images: Int,
        packages: Int,
        vulnerabilities: SeverityCounts,
        runs: [Count],
        tasks: [Count],
        exceptions: Int,
        newest: APIRun?
    ) {
        self.images = images
        self.packages = packages
        self.vulnerabilities = vulnerabilities
        self.runs = runs
        self.tasks = tasks
        self.exceptions = exceptions
        self.newest = newest
    }
}

extension APIFleet: APIRecord {
    package static let recordName = "Fleet"
    package static let fields: [Field<APIFleet>] = [
        Field("images", "Images that tags name now.") { $0.images },
        Field("packages", "Distinct package versions.") { $0.packages },
        Field("vulnerabilities", "Vulnerabilities that touch one, by the worst severity.") { $0.vulnerabilities },
        Field("runs", "Runs by state.") { $0.runs },
        Field("tasks", "Tasks of workers by state.") { $0.tasks },
        Field("exceptions", "Exceptions, the ended ones too.") { $0.exceptions },
        Field(optional: "newestRun", "The newest run.") { $0.newest },
    ]
}

extension APIFleet.Count: APIRecord {
    package static let recordName = "Count"
    package static let fields: [Field<APIFleet.Count>] = [
        Field("name", "What is counted.") { $0.name },
        Field("count", "How many.") { $0.count },
    ]
}

/// A provider of advisories.
package struct APIProvider: Sendable {
    package var provider: String
    package var build: String
    package var records: Int
    package var importedAt: String?
    package var date: String?
    package var problem: String?
    package var problemSince: String?

    package init(
        provider: String,
        build: String,
        records: Int,
        importedAt: String?,
        date: String?,
        problem: String?,
        problemSince: String?
    ) {
        self.provider = provider
        self.build = build
        self.records = records
        self.importedAt = importedAt
        self.date = date
        self.problem = problem
        self.problemSince = problemSince
    }
}

extension APIProvider: APIRecord {
    package static let recordName = "AdvisoryProvider"
    package static let fields: [Field<APIProvider>] = [
        Field("provider", "Whose advisories.") { $0.provider },
        Field("build", "The build that is in force; empty where there is none.") { $0.build },
        Field("records", "How many records it has.") { $0.records },
        Field(optionalTime: "importedAt", "When it was imported.") { $0.importedAt },
        Field(optional: "date", "The publisher's own date.") { $0.date },
        Field(optional: "problem", "Why the last attempt to renew it brought nothing.") { $0.problem },
        Field(optionalTime: "problemSince", "Since when.") { $0.problemSince },
    ]
}

/// A kind of report.
package struct APIReportKind: Sendable {
    package var kind: String
    package var path: String
    package var formats: [String]
    package var text: String

    package init(kind: String, path: String, formats: [String], text: String) {
        self.kind = kind
        self.path = path
        self.formats = formats
        self.text = text
    }
}

extension APIReportKind: APIRecord {
    package static let recordName = "ReportKind"
    package static let fields: [Field<APIReportKind>] = [
        Field("kind", "Its name.") { $0.kind },
        Field("path", "Where it is found.") { $0.path },
        Field("formats", "Its forms.") { $0.formats },
        Field("text", "What is in it.") { $0.text },
    ]
}

extension RebuildStep: APIRecord {
    package static let recordName = "RebuildStep"
    package static let fields: [Field<RebuildStep>] = [
        Field("rank", "Its place in the plan, from 1.") { $0.rank },
        Field("base", "The image to rebuild; empty where no image of the fleet ends there.") { $0.base },
        Field("references", "All names of it, the first 100.") { $0.references },
        Field("layer", "The digest of its top layer.") { $0.layer },
        Field("depth", "Layers up to and with that one.") { $0.depth },
        Field("images", "Images that have these layers, itself included.") { $0.images },
        Field("findings", "What the rebuild clears.") { $0.findings },
        Field("cumulative", "What this step and all before it clear.") { $0.cumulative },
    ]
}

extension RebuildPlan: APIRecord {
    package static let recordName = "RebuildPlan"
    package static let fields: [Field<RebuildPlan>] = [
        Field("images", "Images that were looked at.") { $0.images },
        Field("fixable", "Open findings of these that have a fix.") { $0.fixable },
        Field("rebuilds", "Rebuilds that there are in all.") { $0.rebuilds },
        Field("steps", "The ones that clear the most, the greatest first.") { $0.steps },
    ]
}

/// An exception as it is kept.
package struct APIException: Sendable {
    package var number: Int
    package var vulnerability: String
    package var package: String?
    package var images: [String]
    package var reason: String
    package var justification: String?
    package var author: String?
    package var expires: String?
    package var source: String
    package var created: String
    package var hasEnded: Bool

    package init(
        number: Int,
        vulnerability: String,
        package: String?,
        images: [String],
        reason: String,
        justification: String?,
        author: String?,
        expires: String?,
        source: String,
        created: String,
        hasEnded: Bool
    ) {
        self.number = number
        self.vulnerability = vulnerability
        self.package = package
        self.images = images
        self.reason = reason
        self.justification = justification
        self.author = author
        self.expires = expires
        self.source = source
        self.created = created
        self.hasEnded = hasEnded
    }
}

extension APIException: APIRecord {
    package static let recordName = "Exception"
    package static let fields: [Field<APIException>] = [
        Field("number", "Its number.") { $0.number },
        Field("vulnerability", "The vulnerability, by one of its names.") { $0.vulnerability },
        Field(optional: "package", "A package's name or purl; every package where there is none.") { $0.package },
        Field("images", "Patterns of images; every image where there is none.") { $0.images },
        Field("reason", "Why the finding is left.") { $0.reason },
        Field(optional: "justification", "A label of VEX, where the package is not affected.") { $0.justification },
        Field(optional: "author", "Who decided.") { $0.author },
        Field(optional: "expires", "The last day on which it counts.") { $0.expires },
        Field("source", "Where it comes from.") { $0.source },
        Field("created", "The day on which it came in.") { $0.created },
        Field("hasEnded", "Whether its last day is over.") { $0.hasEnded },
    ]
}
