import AnchoreAPI

/// One thing that is wrong with a request, and where: the name of a parameter, or a pointer into the body (RFC 6901).
package struct Violation: Sendable, Equatable {
    package let place: String
    package let text: String

    package init(place: String, text: String) {
        self.place = place
        self.text = text
    }
}

/// An answer that is no success (RFC 9457).
package struct Problem: Error, Sendable, Equatable {
    package static let mediaType = "application/problem+json"

    package var status: Int
    package var detail: String
    package var violations: [Violation]
    /// Seconds after which it may be tried again.
    package var retryAfter: Int?

    package init(_ status: Int, _ detail: String, violations: [Violation] = [], retryAfter: Int? = nil) {
        self.status = status
        self.detail = detail
        self.violations = violations
        self.retryAfter = retryAfter
    }

    /// Something that there is not (404).
    package static func notFound(_ detail: String) -> Problem { Problem(404, detail) }

    /// A request with parameters or a body of another form than the document says.
    package static func invalid(_ violations: [Violation]) -> Problem {
        let shown = violations.prefix(Schema.maxViolations)
        return Problem(
            400,
            shown.map { "\($0.place) \($0.text)" }.joined(separator: "; "),
            violations: Array(shown)
        )
    }
}

extension Problem: APIRecord {
    package static let recordName = "Problem"

    package static let fields: [Field<Problem>] = [
        Field("type", "about:blank: the status says what kind of problem it is.") { _ in "about:blank" },
        Field("title", "The status in words.") { titles[$0.status] ?? "Error" },
        Field("status", "The HTTP status.") { $0.status },
        Field("detail", "What is wrong with this request.") { $0.detail },
        Field(optional: "errors", "Each parameter or part of the body that is wrong.") {
            $0.violations.isEmpty ? nil : $0.violations
        },
    ]

    /// The titles of the statuses that the API answers with.
    package static let titles = [
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 415: "Unsupported Media Type",
        429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
    ]
}

extension Violation: APIRecord {
    package static let recordName = "Violation"
    package static let fields: [Field<Violation>] = [
        Field("place", "A parameter's name, or a pointer into the body.") { $0.place },
        Field("text", "What is wrong there.") { $0.text },
    ]
}
