import AnchoreAPI
package import Reports

/// The description of the API as a page for people, from the operations that are served.
package enum OperationPage {
    /// The page as HTML in UTF-8, operations by their topic.
    package static func render(_ operations: [Operation]) throws(ReportError) -> [UInt8] {
        var topics: [(name: String, operations: [DescriptionPage.Operation])] = []
        for operation in operations {
            let described = describe(operation)
            if let index = topics.firstIndex(where: { $0.name == operation.topic }) {
                topics[index].operations.append(described)
            } else {
                topics.append((operation.topic, [described]))
            }
        }
        return try DescriptionPage.render(
            title: "Tallyman's API",
            introduction: OpenAPIDocument.introduction,
            topics: topics
        )
    }

    private static func describe(_ operation: Operation) -> DescriptionPage.Operation {
        var parameters = operation.parameters.map { parameter in
            let otherwise = parameter.otherwise.map { "; \(String(decoding: $0.bytes, as: UTF8.self)) without" } ?? ""
            return DescriptionPage.Parameter(
                name: parameter.name,
                place: parameter.place.rawValue,
                kind: parameter.schema.words + otherwise,
                text: parameter.text
            )
        }
        if case .record(_, let members)? = operation.body {
            parameters += members.map {
                DescriptionPage.Parameter(
                    name: $0.name,
                    place: $0.isRequired ? "body" : "body, optional",
                    kind: $0.schema.words,
                    text: $0.text
                )
            }
        }
        return DescriptionPage.Operation(
            id: operation.id,
            method: operation.method.rawValue.uppercased(),
            path: "/v2" + operation.path,
            summary: operation.summary,
            text: OpenAPIDocument.text(operation) ?? "",
            parameters: parameters,
            answers: operation.answers.map { answer in
                let forms = answer.content.map(\.mediaType).joined(separator: ", ")
                return forms.isEmpty ? "\(answer.status)" : "\(answer.status) (\(forms))"
            }.joined(separator: "; "),
            problems: operation.problems.map { "\($0)" }.joined(separator: ", ")
        )
    }
}

extension Schema {
    /// What it is with its bounds, in words.
    var words: String {
        switch self {
        case .choice(let values): values.joined(separator: ", ")
        case .integer(let range) where range.upperBound < .max: "\(range.lowerBound) to \(range.upperBound)"
        case .integer(let range) where range.lowerBound > .min: "a whole number from \(range.lowerBound)"
        case .shaped(let shape): "a text like \(shape.example)"
        case .list(let element, let most): "a list" + (most.map { " of at most \($0)" } ?? "") + ": \(element.words)"
        default: kind
        }
    }
}
