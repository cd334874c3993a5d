/// A package in an image, as answers about the fleet name it.
package struct FleetPackage: Sendable {
    package var name: String
    package var version: String
    package var type: String
    /// Of a vulnerable package: the group of the feed and the severity.
    package var namespace: String?
    package var severity: String?

    package init(name: String, version: String, type: String, namespace: String? = nil, severity: String? = nil) {
        self.name = name
        self.version = version
        self.type = type
        self.namespace = namespace
        self.severity = severity
    }

    package var json: JSONValue {
        var members = [
            JSONMember("name", .string(name)), JSONMember("version", .string(version)),
            JSONMember("type", .string(type)),
        ]
        if let namespace { members.append(JSONMember("namespace", .string(namespace))) }
        if let severity { members.append(JSONMember("severity", .string(severity))) }
        return .object(members)
    }
}

/// The page of an answer about the fleet.
package struct FleetPage: Sendable, Equatable {
    package var number: Int
    package var limit: Int?

    /// The first page, of everything where there is no limit or it is 0.
    package init(page: String?, limit: String?) throws(AnchoreError) {
        let asked = page.map { Int($0) } ?? 1
        guard let number = asked, (1...10_000_000).contains(number) else {
            throw AnchoreError.badRequest("page must be a number from 1")
        }
        self.number = number
        self.limit = nil
        if let limit {
            guard let count = Int(limit), (0...1_000_000).contains(count) else {
                throw AnchoreError.badRequest("limit must be a number from 0 to 1000000")
            }
            self.limit = count == 0 ? nil : count
        }
    }

    /// The part of `count` rows that is on the page.
    package func range(of count: Int) -> Range<Int> {
        guard let limit else { return number == 1 ? 0..<count : count..<count }
        let start = min((number - 1).multipliedReportingOverflow(by: limit).partialValue, count)
        return start..<min(start + limit, count)
    }

    /// What stands behind the rows: the place of the page, and which one is next.
    package func counts(returned: Int, total: Int) -> [JSONMember] {
        var members = [
            JSONMember("page", .string("\(number)")), JSONMember("returned_count", .int(returned)),
            JSONMember("total_count", .int(total)),
        ]
        if let limit, number * limit < total { members.append(JSONMember("next_page", .string("\(number + 1)"))) }
        return members
    }
}
