import AnchoreAPI
import VEX

extension Operations {
    package static let getFleet = Operation(
        "getFleet",
        .get,
        "/fleet",
        topic: "Fleet",
        "The fleet in figures",
        answers: [one(APIFleet.schema)]
    )

    package static let listAdvisories = Operation(
        "listAdvisories",
        .get,
        "/advisories",
        topic: "Fleet",
        "The advisories that findings come from, and what became of renewing them",
        answers: [whole(APIProvider.self, "AdvisoryProviders")]
    )

    private static let topic = "Exceptions"
    private static let exception = Parameter.path("exception", "The exception's number.", number)

    package static let listExceptions = Operation(
        "listExceptions",
        .get,
        "/exceptions",
        topic: topic,
        "Findings that somebody decided to leave",
        parameters: [
            .query("vulnerability", "Only those for this name of a vulnerability.", .shaped(.flaw)),
            .query("hasEnded", "Only those whose last day is over, or not.", .flag),
        ] + page,
        answers: [page(of: APIException.self)]
    )

    package static let getException = Operation(
        "getException",
        .get,
        "/exceptions/{exception}",
        topic: topic,
        "An exception",
        parameters: [exception],
        answers: [one(APIException.schema)]
    )

    /// What a new exception is made from.
    ///
    /// What is in a scope is a key of the database, hence the bounds.
    package static let newException = Schema.record(
        "NewException",
        [
            Schema.Member("vulnerability", "The vulnerability, by one of its names.", .shaped(.flaw)),
            Schema.Member("reason", "Why the finding is left.", .shaped(.line(1000, example: "build only"))),
            Schema.Member("package", "A package's name or purl; every package without.", line, isRequired: false),
            Schema.Member(
                "images",
                "Patterns of images, as registry/repository or with :tag; * stops at a slash, ** does not.",
                .list(.shaped(.imagePattern), most: 10),
                isRequired: false
            ),
            Schema.Member(
                "justification",
                "A label of VEX, where the package is not affected.",
                .choice(OpenVEXWriter.justifications.sorted()),
                isRequired: false
            ),
            Schema.Member(
                "author",
                "Who decided; the user who asks, without.",
                .shaped(.line(120, example: "jane@example.org")),
                isRequired: false
            ),
            Schema.Member("expires", "The last day on which it counts.", .shaped(.day), isRequired: false),
        ]
    )

    private static let exceptionLinks = ["getException", "deleteException"].map {
        Operation.Link($0, "exception", "$response.body#/number")
    }

    package static let createException = Operation(
        "createException",
        .post,
        "/exceptions",
        topic: topic,
        "Leave a finding, with the reason",
        text: "One for the same vulnerability, package and images replaces the one that is there, and answers 200.",
        access: .role(.policyEditor),
        body: newException,
        answers: [
            Operation.Answer(
                200,
                "The exception that was replaced, as it is now.",
                [("application/json", APIException.schema)],
                headers: [.location],
                links: exceptionLinks
            ),
            Operation.Answer(
                201,
                "The exception that was made.",
                [("application/json", APIException.schema)],
                headers: [.location],
                links: exceptionLinks
            ),
        ]
    )

    package static let deleteException = Operation(
        "deleteException",
        .delete,
        "/exceptions/{exception}",
        topic: topic,
        "Take an exception away",
        access: .role(.policyEditor),
        parameters: [exception],
        answers: [Operation.Answer(204, "It is gone.")]
    )
}
