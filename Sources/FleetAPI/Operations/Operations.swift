import AnchoreAPI

/// Everything that the API does, by topic.
package enum Operations {
    static let maxPage = 500

    /// The parameters of every list.
    static let page = [
        Parameter.query("limit", "The most items of a page.", .integer(1...maxPage), otherwise: 100),
        Parameter.query("cursor", "`next` of the page before.", .shaped(.cursor)),
    ]

    static let number = Schema.integer(1...Int.max)
    static let line = Schema.shaped(.line(256, example: "openssl"))

    /// A page of a list.
    static func list<Item: APIRecord>(of _: Item.Type) -> Schema {
        .record(
            "\(Item.recordName)List",
            [
                Schema.Member("items", "The items of this page.", .list(Item.schema, most: maxPage)),
                Schema.Member("next", "The cursor of the next page.", .text, isRequired: false),
            ]
        )
    }

    /// The answer that is a page.
    static func page<Item: APIRecord>(of type: Item.Type) -> Operation.Answer {
        Operation.Answer(200, "A page.", [("application/json", list(of: type))], headers: [.entityTag, .next])
    }

    /// The answer that is a whole list.
    static func whole<Item: APIRecord>(_: Item.Type, _ name: String) -> Operation.Answer {
        let schema = Schema.record(name, [Schema.Member("items", "The items.", .list(Item.schema, most: nil))])
        return Operation.Answer(200, "The list.", [("application/json", schema)], headers: [.entityTag])
    }

    /// The answer that is one record.
    static func one(_ schema: Schema, links: [Operation.Link] = []) -> Operation.Answer {
        Operation.Answer(200, "It.", [("application/json", schema)], headers: [.entityTag], links: links)
    }

    package static let document = Operation(
        "getDocument",
        .get,
        "/openapi.json",
        topic: "Description",
        "This description, as JSON",
        access: .open,
        answers: [Operation.Answer(200, "The document.", [("application/json", .open([]))], headers: [.entityTag])]
    )

    package static let documentYAML = Operation(
        "getDocumentAsYAML",
        .get,
        "/openapi.yaml",
        topic: "Description",
        "This description, as YAML",
        access: .open,
        answers: [Operation.Answer(200, "The document.", [("application/yaml", .open([]))], headers: [.entityTag])]
    )

    package static let documentPage = Operation(
        "getDocumentAsPage",
        .get,
        "/",
        topic: "Description",
        "This description, for people",
        access: .open,
        answers: [Operation.Answer(200, "The page.", [("text/html", .text)], headers: [.entityTag])]
    )
}
