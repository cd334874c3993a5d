package import AnchoreAPI

/// The description of the API (OpenAPI 3.1), made from the operations that are served.
package enum OpenAPIDocument {
    package static let basic = "basic"
    package static let bearer = "bearer"

    /// The document of `operations`; `version` is the program's.
    package static func make(_ operations: [Operation], version: String) -> JSONValue {
        var paths: [(path: String, members: [JSONMember])] = []
        for operation in operations {
            let member = JSONMember(operation.method.rawValue, describe(operation))
            if let index = paths.firstIndex(where: { $0.path == operation.path }) {
                paths[index].members.append(member)
            } else {
                paths.append((operation.path, [member]))
            }
        }
        var topics: [String] = []
        for operation in operations where !topics.contains(operation.topic) { topics.append(operation.topic) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Tallyman", "version": .string(version),
                "summary": "What is inside a fleet's container images.",
                "description": .string(introduction),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/v2", "description": "This server."]],
            "security": [[basic: []], [bearer: []]],
            "tags": .array(topics.map { ["name": .string($0)] }),
            "paths": .object(paths.map { JSONMember($0.path, .object($0.members)) }),
            "components": [
                "schemas": .object(schemas(operations)),
                "responses": .object(Problem.titles.sorted { $0.key < $1.key }.map(problem)),
                "securitySchemes": [
                    basic: ["type": "http", "scheme": "basic", "description": "Name and password of a user."],
                    bearer: ["type": "http", "scheme": "bearer", "description": "A token of a user."],
                ],
            ],
        ]
    }

    /// What holds for every resource.
    package static let introduction = """
        Lists come in pages: `limit` says how many items, `next` is the cursor of the page that follows and is left out on \
        the last one. A cursor is good for the list with the filters that it came from. An item that is there from the \
        first page to the last comes exactly once, whatever is added or removed meanwhile. What is left out has no value: \
        nothing is null. Times are UTC. Answers have an ETag for `If-None-Match`. Everything that is no success is a \
        problem document (RFC 9457). Parameters that a resource does not have are refused. HEAD and OPTIONS are answered \
        wherever GET is. Exports are streamed; one that ends without its last chunk is not complete.
        """

    private static func describe(_ operation: Operation) -> JSONValue {
        var members = [
            JSONMember("operationId", .string(operation.id)),
            JSONMember("tags", [.string(operation.topic)]),
            JSONMember("summary", .string(operation.summary)),
        ]
        if let text = text(operation) { members.append(JSONMember("description", .string(text))) }
        if case .open = operation.access { members.append(JSONMember("security", [])) }
        if !operation.parameters.isEmpty {
            members.append(JSONMember("parameters", .array(operation.parameters.map(\.json))))
        }
        if let body = operation.body {
            members.append(
                JSONMember(
                    "requestBody",
                    ["required": true, "content": ["application/json": ["schema": body.json]]]
                )
            )
        }
        var answers = operation.answers.map { JSONMember("\($0.status)", describe($0)) }
        let tag = Operation.Header.entityTag
        if operation.answers.contains(where: { answer in answer.headers.contains { $0.name == tag.name } }) {
            let unchanged = Operation.Answer(304, "As it was in the answer with this ETag.", headers: [tag])
            answers.append(JSONMember("\(unchanged.status)", describe(unchanged)))
        }
        let problems = operation.problems.map {
            JSONMember("\($0)", ["$ref": .string("#/components/responses/\(name(ofProblem: $0))")])
        }
        members.append(JSONMember("responses", .object(answers + problems)))
        return .object(members)
    }

    /// What it does beyond its summary, and who may.
    package static func text(_ operation: Operation) -> String? {
        var parts = operation.text.isEmpty ? [] : [operation.text]
        if case .role(let role) = operation.access, role != .readOnly {
            parts.append("Needs the role \(role.rawValue), or one above.")
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    private static func describe(_ answer: Operation.Answer) -> JSONValue {
        var members = [JSONMember("description", .string(answer.text))]
        if !answer.headers.isEmpty {
            let headers = answer.headers.map {
                JSONMember($0.name, ["description": .string($0.text), "schema": ["type": "string"]])
            }
            members.append(JSONMember("headers", .object(headers)))
        }
        if !answer.content.isEmpty {
            let content = answer.content.map { JSONMember($0.mediaType, ["schema": $0.schema.json]) }
            members.append(JSONMember("content", .object(content)))
        }
        if !answer.links.isEmpty {
            let links = answer.links.map { link in
                JSONMember(
                    link.operation,
                    [
                        "operationId": .string(link.operation),
                        "parameters": .object([JSONMember(link.parameter, .string(link.expression))]),
                    ]
                )
            }
            members.append(JSONMember("links", .object(links)))
        }
        return .object(members)
    }

    private static func schemas(_ operations: [Operation]) -> [JSONMember] {
        var found: [String: [Schema.Member]] = [:]
        Problem.schema.collect(into: &found)
        for operation in operations {
            operation.body?.collect(into: &found)
            for answer in operation.answers { for content in answer.content { content.schema.collect(into: &found) } }
        }
        return found.sorted { $0.key < $1.key }.map {
            JSONMember($0.key, .object(Schema.object($0.value, isOpen: false)))
        }
    }

    private static func name(ofProblem status: Int) -> String {
        (Problem.titles[status] ?? "\(status)").replacing(" ", with: "")
    }

    private static func problem(_ status: Int, _ title: String) -> JSONMember {
        var members = [JSONMember("description", .string(title + "."))]
        let wait = ("Retry-After", "Seconds to wait.")
        let headers: [(name: String, meaning: String)] =
            switch status {
            case 401: [("WWW-Authenticate", "How to say who asks."), wait]
            case 429: [wait]
            default: []
            }
        if !headers.isEmpty {
            members.append(
                JSONMember(
                    "headers",
                    .object(
                        headers.map {
                            JSONMember($0.name, ["description": .string($0.meaning), "schema": ["type": "string"]])
                        }
                    )
                )
            )
        }
        members.append(JSONMember("content", .object([JSONMember(Problem.mediaType, ["schema": Problem.schema.json])])))
        return JSONMember(name(ofProblem: status), .object(members))
    }
}
