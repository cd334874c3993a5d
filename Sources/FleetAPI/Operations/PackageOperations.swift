import AnchoreAPI
import ScanModel

extension Operations {
    private static let topic = "Packages"
    private static let package = Parameter.path("package", "The package's number.", number)
    private static let links = ["getPackage", "listPackageImages", "listPackageVulnerabilities"].map {
        Operation.Link($0, "package", "$response.body#/items/0/number")
    }

    package static let listPackages = Operation(
        "listPackages",
        .get,
        "/packages",
        topic: topic,
        "The distinct package versions of the fleet",
        parameters: [
            .query("name", "Only those of this name, in any case.", line),
            .query("version", "Only those of this version.", line),
            .query("type", "Only those of this type: deb, npm, java-archive and so on.", line),
        ] + page,
        answers: [
            Operation.Answer(
                200,
                "A page.",
                [("application/json", list(of: APIPackage.self))],
                headers: [.entityTag, .next],
                links: links
            )
        ]
    )

    package static let getPackage = Operation(
        "getPackage",
        .get,
        "/packages/{package}",
        topic: topic,
        "A package version",
        parameters: [package],
        answers: [one(APIPackage.schema)]
    )

    package static let listPackageImages = Operation(
        "listPackageImages",
        .get,
        "/packages/{package}/images",
        topic: topic,
        "The images that hold a package, the newest first",
        parameters: [package] + page,
        answers: [page(of: APIHolder.self)]
    )

    package static let listPackageVulnerabilities = Operation(
        "listPackageVulnerabilities",
        .get,
        "/packages/{package}/vulnerabilities",
        topic: topic,
        "The open vulnerabilities that touch a package, by identifier",
        parameters: [package] + page,
        answers: [page(of: APIMatch.self)]
    )

    private static let flaws = "Vulnerabilities"
    private static let flaw = Parameter.path(
        "vulnerability",
        "Its identifier, or another name of it.",
        .shaped(.flaw)
    )

    package static let listVulnerabilities = Operation(
        "listVulnerabilities",
        .get,
        "/vulnerabilities",
        topic: flaws,
        "The vulnerabilities that touch a package of the fleet, by identifier",
        parameters: [
            .query("severity", "Only those whose worst severity is this.", Severity.schema),
            .query("kev", "Only those that are known to be exploited, or not.", .flag),
            .query("isFixable", "Only those that a published version fixes somewhere, or not.", .flag),
        ] + page,
        answers: [page(of: APIVulnerability.self)]
    )

    package static let getVulnerability = Operation(
        "getVulnerability",
        .get,
        "/vulnerabilities/{vulnerability}",
        topic: flaws,
        "A vulnerability and how far it reaches",
        parameters: [flaw],
        answers: [one(APIVulnerabilityDetail.schema)]
    )

    package static let listVulnerabilityPackages = Operation(
        "listVulnerabilityPackages",
        .get,
        "/vulnerabilities/{vulnerability}/packages",
        topic: flaws,
        "The packages that a vulnerability touches, with what fixes it",
        parameters: [flaw] + page,
        answers: [page(of: APIMatch.self)]
    )

    package static let listVulnerabilityImages = Operation(
        "listVulnerabilityImages",
        .get,
        "/vulnerabilities/{vulnerability}/images",
        topic: flaws,
        "The images that a vulnerability touches, the newest first",
        text: "Each with the packages that have it, since when, what fixes it, and what answers it.",
        parameters: [flaw] + page,
        answers: [page(of: APIAffectedImage.self)]
    )
}
