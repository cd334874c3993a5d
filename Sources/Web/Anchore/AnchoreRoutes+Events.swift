import AnchoreAPI
import Foundation
import HTTPTypes
import Store

extension AnchoreRoutes {
    private static let maxPage = 1_000_000

    func addEventRoutes(_ add: Add) {
        add(.get, "events", .role(.readOnly)) { try await listEvents($0) }
        add(.delete, "events", .role(.admin)) { call in
            .json(.strings(try await service.store.removeEvents(try Self.filter(call), of: call.account)))
        }
        add(.get, "events/:event", .role(.readOnly)) { call in
            let id = try call.part("event")
            guard let found = try await service.store.event(id, of: call.account) else {
                throw AnchoreError.notFound("Event not found")
            }
            return .json(found.json)
        }
        add(.delete, "events/:event", .role(.admin)) { call in
            guard try await service.store.removeEvent(try call.part("event"), of: call.account) else {
                throw AnchoreError.notFound("Event not found")
            }
            return .json([:])
        }
        add(.get, "event_types", .role(.readOnly)) { _ in .json(EventType.catalogue) }
    }

    private static func filter(_ call: AnchoreCall) throws(AnchoreError) -> EventFilter {
        var filter = EventFilter()
        filter.since = try moment(call, "since")
        filter.before = try moment(call, "before")
        filter.level = try call.query("level")?.lowercased()
        if let level = filter.level, EventRecord.Level(rawValue: level) == nil {
            throw AnchoreError.badRequest("level must be info or error")
        }
        filter.service = try call.query("source_servicename")
        filter.host = try call.query("source_hostid")
        filter.type = try call.query("event_type")
        filter.resourceType = try call.query("resource_type")
        filter.resourceID = try call.query("resource_id")
        return filter
    }

    /// A parameter that is a time in ISO 8601, in UTC where it has no zone; in microseconds.
    ///
    /// A space between day and time may have come as `+`, which elsewhere in a query is a plus: versions have them.
    private static func moment(_ call: AnchoreCall, _ name: String) throws(AnchoreError) -> Int64? {
        guard let text = try call.query(name) else { return nil }
        guard let time = EventTime.microseconds(text) else {
            throw AnchoreError.badRequest("\(name) '\(text.prefix(60))' is not a time: YYYY-MM-DDTHH:MM:SS is expected")
        }
        return time
    }

    private func listEvents(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let askedPage = try call.query("page").map { Int($0) } ?? 1
        let askedLimit = try call.query("limit").map { Int($0) } ?? 100
        guard let page = askedPage, (1...Self.maxPage).contains(page) else {
            throw AnchoreError.badRequest("page must be a number from 1")
        }
        guard let limit = askedLimit, (1...1000).contains(limit) else {
            throw AnchoreError.badRequest("limit must be 1 to 1000")
        }
        let found = try await service.store.events(try Self.filter(call), of: call.account, page: page, limit: limit)
        return .json([
            "results": .array(found.events.map(\.json)), "next_page": .bool(found.hasMore),
            "item_count": .int(found.events.count), "page": .int(page),
        ])
    }
}

/// Times as clients write them.
enum EventTime {
    /// `YYYY-MM-DD`, with a time of day, a fraction and a zone where they are given; `nil` for anything else.
    static func microseconds(_ text: String) -> Int64? {
        guard text.utf8.count <= 40 else { return nil }
        var text = text.replacing(" ", with: "T")
        if let place = text.firstIndex(of: "+"), text[..<place].utf8.count == 10 {
            text.replaceSubrange(place...place, with: "T")
        }
        var fraction: Int64 = 0
        if let point = text.firstIndex(of: ".") {
            let rest = text[text.index(after: point)...]
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let padded = String(digits.prefix(6)) + String(repeating: "0", count: max(0, 6 - digits.count))
            guard !digits.isEmpty, let value = Int64(padded) else { return nil }
            fraction = value
            text = String(text[..<point]) + String(rest.dropFirst(digits.count))
        }
        let parser = DateFormatter()
        parser.locale = Locale(identifier: "en_US_POSIX")
        parser.timeZone = TimeZone(secondsFromGMT: 0)
        parser.isLenient = false
        for format in [
            "yyyy-MM-dd'T'HH:mm:ssXXXXX", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd",
            "yyyyMMdd'T'HHmmssXXXXX", "yyyyMMdd'T'HHmmss", "yyyyMMdd",
        ] {
            parser.dateFormat = format
            guard let date = parser.date(from: text) else { continue }
            let seconds = date.timeIntervalSince1970
            guard abs(seconds) < 1e11 else { return nil }
            return Int64(seconds) * 1_000_000 + fraction
        }
        return nil
    }
}
