package import AnchoreAPI

/// A parameter of a path or a query.
package struct Parameter: Sendable {
    package enum Place: String, Sendable { case path, query }

    package let name: String
    package let place: Place
    package let text: String
    package let schema: Schema
    package let otherwise: JSONValue?

    /// A filter or a bound in the query; it may be left out, and counts as `otherwise` then.
    package static func query(
        _ name: String,
        _ text: String,
        _ schema: Schema,
        otherwise: JSONValue? = nil
    ) -> Parameter {
        Parameter(name: name, place: .query, text: text, schema: schema, otherwise: otherwise)
    }

    /// A part of the path.
    package static func path(_ name: String, _ text: String, _ schema: Schema) -> Parameter {
        Parameter(name: name, place: .path, text: text, schema: schema, otherwise: nil)
    }

    /// The value of `text`, which a client sent; adds what is wrong with it to `violations`.
    func value(of text: String, _ violations: inout [Violation]) -> JSONValue? {
        guard let value = schema.value(of: text) else {
            violations.append(Violation(place: name, text: "must be \(schema.kind)"))
            return nil
        }
        violations += schema.violations(value, at: name)
        return value
    }

    var json: JSONValue {
        var schema = schema.json
        if let otherwise, let members = schema.members {
            schema = .object(members + [JSONMember("default", otherwise)])
        }
        return [
            "name": .string(name), "in": .string(place.rawValue), "required": .bool(place == .path),
            "description": .string(text), "schema": schema,
        ]
    }
}

/// One thing that the API does: a row of the table that handlers are registered from, and the document.
package struct Operation: Sendable {
    package enum Method: String, Sendable { case get, post, delete }

    /// Who may.
    package enum Access: Sendable {
        /// Anybody.
        case open
        /// Members of an account that sees the fleet, with at least this role.
        case role(AccessRole)
    }

    /// An answer that is a success.
    package struct Answer: Sendable {
        package let status: Int
        package let text: String
        /// The forms of the body; empty for none.
        package let content: [(mediaType: String, schema: Schema)]
        package let headers: [Header]
        package let links: [Link]

        package init(
            _ status: Int,
            _ text: String,
            _ content: [(mediaType: String, schema: Schema)] = [],
            headers: [Header] = [],
            links: [Link] = []
        ) {
            self.status = status
            self.text = text
            self.content = content
            self.headers = headers
            self.links = links
        }
    }

    package struct Header: Sendable {
        let name: String
        let text: String

        package static let entityTag = Header(name: "ETag", text: "For If-None-Match; 304 where nothing has changed.")
        package static let location = Header(name: "Location", text: "Where what was made is found.")
        package static let next = Header(name: "Link", text: "The next page, rel=\"next\", where there is one.")
    }

    /// What an answer leads to: the parameter of another operation, as an expression over the answer.
    package struct Link: Sendable {
        package let operation: String
        package let parameter: String
        package let expression: String

        package init(_ operation: String, _ parameter: String, _ expression: String) {
            self.operation = operation
            self.parameter = parameter
            self.expression = expression
        }
    }

    package let id: String
    package let method: Method
    /// As in the document, `/runs/{run}`.
    package let path: String
    package let topic: String
    package let summary: String
    package let text: String
    package let access: Access
    package let parameters: [Parameter]
    package let body: Schema?
    package let answers: [Answer]
    /// Whether it works over the whole fleet, of which only some go at a time.
    package let isHeavy: Bool
    /// Statuses that only this operation answers with.
    package let conflicts: Bool

    package init(
        _ id: String,
        _ method: Method,
        _ path: String,
        topic: String,
        _ summary: String,
        text: String = "",
        access: Access = .role(.readOnly),
        parameters: [Parameter] = [],
        body: Schema? = nil,
        answers: [Answer],
        isHeavy: Bool = false,
        conflicts: Bool = false
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.topic = topic
        self.summary = summary
        self.text = text
        self.access = access
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.isHeavy = isHeavy
        self.conflicts = conflicts
    }

    /// The statuses of the problems that it may answer with.
    package var problems: [Int] {
        guard case .role = access else { return [400, 500] }
        var statuses = [400, 401, 403, 500, 503]
        // A cursor, or a run that is meant where none is named, may not be there.
        if !parameters.isEmpty { statuses.append(404) }
        if conflicts { statuses.append(409) }
        if body != nil { statuses += [408, 413, 415] }
        if isHeavy { statuses.append(429) }
        return statuses.sorted()
    }
}

extension Operation {
    /// Reads and checks what a request states: `path` are the decoded parts of its path, `query` its pairs in order.
    ///
    /// Parameters that are left out have their default. Throws a ``Problem`` that names everything that is wrong.
    package func values(
        path parts: [String: String],
        query: [(name: String, value: String)]
    ) throws(Problem) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        var violations: [Violation] = []
        for parameter in parameters {
            switch parameter.place {
            case .path:
                var found: [Violation] = []
                if let text = parts[parameter.name], let value = parameter.value(of: text, &found), found.isEmpty {
                    values[parameter.name] = value
                } else {
                    violations += found
                }
            case .query:
                let given = query.filter { $0.name == parameter.name }
                guard let first = given.first else {
                    values[parameter.name] = parameter.otherwise
                    continue
                }
                guard given.count == 1 else {
                    violations.append(Violation(place: parameter.name, text: "is there twice"))
                    continue
                }
                values[parameter.name] = parameter.value(of: first.value, &violations)
            }
        }
        // A misspelt filter must not show everything.
        let known = Set(parameters.filter { $0.place == .query }.map(\.name))
        for pair in query where !known.contains(pair.name) && violations.count < Schema.maxViolations {
            violations.append(Violation(place: String(pair.name.prefix(64)), text: "is no parameter of this resource"))
        }
        guard violations.isEmpty else { throw .invalid(violations) }
        return values
    }

    /// The list that a cursor belongs to: the operation with all that is asked for but the page.
    package func list(_ values: [String: JSONValue]) -> String {
        let filters = values.filter { $0.key != "limit" && $0.key != "cursor" }.sorted { $0.key < $1.key }
        return id
            + String(decoding: JSONValue.object(filters.map { JSONMember($0.key, $0.value) }).bytes, as: UTF8.self)
    }
}
