/// The page that describes an API for people.
package enum DescriptionPage {
    /// A parameter of an operation.
    package struct Parameter: Sendable {
        package var name: String
        package var place: String
        package var kind: String
        package var text: String

        package init(name: String, place: String, kind: String, text: String) {
            self.name = name
            self.place = place
            self.kind = kind
            self.text = text
        }
    }

    /// What can be asked for.
    package struct Operation: Sendable {
        package var id: String
        package var method: String
        package var path: String
        package var summary: String
        package var text: String
        package var parameters: [Parameter]
        package var answers: String
        package var problems: String

        package init(
            id: String,
            method: String,
            path: String,
            summary: String,
            text: String,
            parameters: [Parameter],
            answers: String,
            problems: String
        ) {
            self.id = id
            self.method = method
            self.path = path
            self.summary = summary
            self.text = text
            self.parameters = parameters
            self.answers = answers
            self.problems = problems
        }
    }

    /// Renders the operations by topic, in the order given.
    package static func render(
        title: String,
        introduction: String,
        topics: [(name: String, operations: [Operation])]
    ) throws(ReportError) -> [UInt8] {
        try PageTemplates.render(
            "description",
            [
                "title": title, "introduction": introduction,
                "topics": topics.map { topic in
                    [
                        "id": topic.name.lowercased(), "name": topic.name,
                        "operations": topic.operations.map(Self.fields),
                    ] as [String: Any]
                },
            ]
        )
    }

    private static func fields(_ operation: Operation) -> [String: Any] {
        [
            "id": operation.id, "method": operation.method, "path": operation.path, "summary": operation.summary,
            "text": operation.text, "hasParameters": !operation.parameters.isEmpty, "caption": "Parameters",
            "parameters": operation.parameters.map {
                ["name": $0.name, "place": $0.place, "kind": $0.kind, "text": $0.text]
            },
            "answers": operation.answers, "problems": operation.problems,
        ]
    }
}
