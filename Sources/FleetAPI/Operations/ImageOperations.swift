import AnchoreAPI
import ScanModel

extension Operations {
    private static let topic = "Images"
    private static let digest = Parameter.path("digest", "The image's digest.", .shaped(.digest))
    private static let links = [
        "getImage", "listImagePackages", "listImageVulnerabilities", "listImageLayers", "getImageBill",
    ].map {
        Operation.Link($0, "digest", "$response.body#/items/0/digest")
    }

    package static let listImages = Operation(
        "listImages",
        .get,
        "/images",
        topic: topic,
        "Images that tags name now, the newest first",
        parameters: [
            .query("registry", "Only those of this registry, host and port.", line),
            .query("repository", "Only those of the repository with this name.", line),
            .query("tag", "Only those with this tag.", line),
            .query("platform", "Only those for this platform.", .shaped(.platform)),
            .query("distro", "Only those of this distribution, debian-12.", line),
            .query("isAnalysed", "Only those whose packages are known, or not.", .flag),
        ] + page,
        answers: [
            Operation.Answer(
                200,
                "A page.",
                [("application/json", list(of: APIImage.self))],
                headers: [.entityTag, .next],
                links: links
            )
        ]
    )

    package static let getImage = Operation(
        "getImage",
        .get,
        "/images/{digest}",
        topic: topic,
        "An image",
        parameters: [digest],
        answers: [one(APIImage.schema)]
    )

    package static let listImagePackages = Operation(
        "listImagePackages",
        .get,
        "/images/{digest}/packages",
        topic: topic,
        "The packages in an image, by name",
        parameters: [digest, .query("type", "Only those of this type.", line)] + page,
        answers: [page(of: APIHeldPackage.self)]
    )

    package static let listImageVulnerabilities = Operation(
        "listImageVulnerabilities",
        .get,
        "/images/{digest}/vulnerabilities",
        topic: topic,
        "The findings in an image, by vulnerability",
        text: "What an exception or a VEX document answers is among them, with the reason.",
        parameters: [
            digest,
            .query("severity", "Only those of this severity.", Severity.schema),
            .query("fix", "Only those with such a fix.", FixState.schema),
            .query("kev", "Only those that are known to be exploited, or not.", .flag),
        ] + page,
        answers: [page(of: APIFinding.self)]
    )

    package static let listImageLayers = Operation(
        "listImageLayers",
        .get,
        "/images/{digest}/layers",
        topic: topic,
        "The layers of an image, the lowest first",
        parameters: [digest],
        answers: [whole(APILayer.self, "Layers")]
    )

    /// The forms of a bill of materials, as `tallyman sbom` names them, with their media types.
    package static let billForms = [
        ("cyclonedx-json", "application/vnd.cyclonedx+json"), ("cyclonedx-xml", "application/vnd.cyclonedx+xml"),
        ("spdx-json", "application/spdx+json"), ("spdx-tag-value", "text/spdx"),
    ]

    package static let getImageBill = Operation(
        "getImageBill",
        .get,
        "/images/{digest}/sbom",
        topic: topic,
        "An image as a bill of materials",
        text: "404 where the image is not analysed yet.",
        parameters: [
            digest, .query("format", "Its form.", .choice(billForms.map(\.0)), otherwise: "cyclonedx-json"),
        ],
        answers: [
            Operation.Answer(
                200,
                "The document.",
                billForms.map { ($0.1, $0.1.hasSuffix("+json") ? .open([]) : .text) },
                headers: [.entityTag]
            )
        ]
    )
}
