import AnchoreAPI

extension Operations {
    private static let topic = "Runs"
    private static let run = Parameter.path("run", "The run's number.", number)

    package static let listRuns = Operation(
        "listRuns",
        .get,
        "/runs",
        topic: topic,
        "Runs, the newest first",
        parameters: [
            .query("state", "Only those in this state.", .choice(APIRun.states)),
            .query("origin", "Only those that came about so.", .choice(APIRun.origins)),
        ] + page,
        answers: [page(of: APIRun.self)]
    )

    /// What a new run is asked for with.
    package static let newRun = Schema.record(
        "NewRun",
        [
            Schema.Member(
                "targets",
                "Registries, repositories and images; all registries that were added where there is none.",
                .list(.shaped(.target), most: 1000),
                isRequired: false
            ),
            Schema.Member(
                "platform",
                "The platform to choose from images for several; linux/amd64 if there is one.",
                .shaped(.platform),
                isRequired: false
            ),
            Schema.Member("isInteractive", "Whether it goes before bulk runs.", .flag, isRequired: false),
        ]
    )

    package static let createRun = Operation(
        "createRun",
        .post,
        "/runs",
        topic: topic,
        "Ask for a run",
        text: "A coordinator takes it up. 409 where no registry is known and none is named, or too many runs wait.",
        access: .role(.scanner),
        body: newRun,
        answers: [
            Operation.Answer(
                201,
                "The run that was made.",
                [("application/json", APIRun.schema)],
                headers: [.location],
                links: [
                    Operation.Link("getRun", "run", "$response.body#/number"),
                    Operation.Link("listRunImages", "run", "$response.body#/number"),
                ]
            )
        ],
        conflicts: true
    )

    package static let getRun = Operation(
        "getRun",
        .get,
        "/runs/{run}",
        topic: topic,
        "A run, how far it is, and what became of its images",
        parameters: [run],
        answers: [one(APIRunDetail.schema)]
    )

    package static let cancelRun = Operation(
        "cancelRun",
        .post,
        "/runs/{run}/cancel",
        topic: topic,
        "End a run before its time",
        text: """
            What waits for this run alone is not analysed any more; what is being analysed is finished and kept. Images \
            without an outcome have failed. Asked again, nothing happens. 409 where the run has ended by itself.
            """,
        access: .role(.scanner),
        parameters: [run],
        answers: [
            Operation.Answer(
                200,
                "The run, cancelled.",
                [("application/json", APIRun.schema)],
                headers: [.location],
                links: [Operation.Link("getRun", "run", "$response.body#/number")]
            )
        ],
        conflicts: true
    )

    package static let listRunImages = Operation(
        "listRunImages",
        .get,
        "/runs/{run}/images",
        topic: topic,
        "The images of a run with their outcome",
        parameters: [run, .query("state", "Only those in this state.", .choice(APIRunImage.states))] + page,
        answers: [page(of: APIRunImage.self)]
    )

    package static let listRunFailures = Operation(
        "listRunFailures",
        .get,
        "/runs/{run}/failures",
        topic: topic,
        "The images of a run that are not covered",
        text: "Those that failed, are gone, or cannot be looked into, each with the reason.",
        parameters: [run] + page,
        answers: [page(of: APIRunImage.self)]
    )

    package static let listRunProblems = Operation(
        "listRunProblems",
        .get,
        "/runs/{run}/problems",
        topic: topic,
        "The targets of a run that could not be listed",
        parameters: [run] + page,
        answers: [page(of: APIRunProblem.self)]
    )

    package static let listRunWaiting = Operation(
        "listRunWaiting",
        .get,
        "/runs/{run}/waiting",
        topic: topic,
        "What the images of a run without an outcome wait for",
        text: "The first ones by name; the list moves while the run does.",
        parameters: [run, .query("limit", "The most images.", .integer(1...maxPage), otherwise: 100)],
        answers: [whole(APIWaitingImage.self, "WaitingImages")]
    )
}
