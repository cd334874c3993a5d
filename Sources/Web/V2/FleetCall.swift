import AnchoreAPI
import FleetAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Store

/// One request to `/v2` whose parameters and body are of the form that the document says.
struct FleetCall: Sendable {
    let operation: FleetAPI.Operation
    let values: [String: JSONValue]
    let body: JSONValue
    /// Who asks; `nil` where anybody may.
    let principal: Principal?
    let scope: AccountScope?

    func text(_ name: String) -> String? { values[name]?.string }
    func number(_ name: String) -> Int? { values[name]?.int }
    func flag(_ name: String) -> Bool? { values[name]?.bool }

    /// A parameter that is part of the path or has a default.
    func required(_ name: String) throws(Problem) -> String {
        guard let value = text(name) else { throw Problem.notFound("no such resource") }
        return value
    }

    /// The same, a number.
    func requiredNumber(_ name: String) throws(Problem) -> Int {
        guard let value = number(name) else { throw Problem.notFound("no such resource") }
        return value
    }

    /// The page that is asked for.
    func page() throws(Problem) -> PageRequest {
        PageRequest(
            after: try text("cursor").map { cursor throws(Problem) in
                try PageCursor.read(cursor, of: operation.list(values))
            },
            limit: try requiredNumber("limit")
        )
    }
}

/// What is answered.
enum FleetAnswer: Sendable {
    /// Something that can be asked for again, and so has an entity tag.
    case bytes([UInt8], mediaType: String)
    /// A page of a list, and the cursor of the next one.
    case page(items: [JSONValue], next: String?)
    /// What a request made, or changed, and where it is.
    case made(JSONValue, at: String, isNew: Bool)
    case nothing
    /// Parts of a body that a producer writes on a thread of its own.
    case export(mediaType: String, fileName: String, @Sendable (ExportPipe) async throws -> Void)

    static func json(_ value: JSONValue) -> FleetAnswer { .bytes(value.bytes, mediaType: "application/json") }

    /// A list that is not paged.
    static func whole(_ items: [some APIValue]) -> FleetAnswer {
        .json(["items": .array(items.map(\.json))])
    }

    /// A page of records.
    static func page(_ page: Page<some APIRecord>, _ call: FleetCall) -> FleetAnswer {
        .page(
            items: page.items.map(\.json),
            next: page.next.map { PageCursor.make($0, of: call.operation.list(call.values)) }
        )
    }
}
