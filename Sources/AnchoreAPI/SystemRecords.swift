/// One of the parts that Anchore's clients know, and whether it works.
package struct ServiceState: Sendable {
    package var name: String
    package var host: String
    package var isUp: Bool
    package var message: String
    package var version: String
    package var schema: Int

    package init(name: String, host: String, isUp: Bool, message: String, version: String, schema: Int) {
        self.name = name
        self.host = host
        self.isUp = isUp
        self.message = message
        self.version = version
        self.schema = schema
    }

    package var json: JSONValue {
        [
            "servicename": .string(name), "hostid": .string(host), "base_url": .string("http://\(name):8228"),
            "status": .bool(isUp), "status_message": .string(isUp ? "available" : message),
            "version": "v1",
            "service_detail": [
                "up": .bool(isUp), "available": .bool(isUp), "busy": false, "message": .string(message),
                "version": .string(version), "db_version": .string("\(schema)"), "detail": [:],
            ],
        ]
    }
}

/// Advisories of one publisher.
package struct FeedGroup: Sendable {
    package var name: String
    package var lastSync: String?
    package var records: Int
    package var createdAt: String

    package init(name: String, lastSync: String?, records: Int, createdAt: String) {
        self.name = name
        self.lastSync = lastSync
        self.records = records
        self.createdAt = createdAt
    }

    package var json: JSONValue {
        [
            "name": .string(name), "enabled": true, "last_sync": .string(lastSync), "record_count": .int(records),
            "created_at": .string(createdAt), "updated_at": .string(lastSync ?? createdAt),
        ]
    }
}

/// All advisories, as the one feed that clients wait for.
package struct FeedRecord: Sendable {
    package static let name = "vulnerabilities"

    package var groups: [FeedGroup]

    package init(groups: [FeedGroup]) { self.groups = groups }

    package var lastSync: String? { groups.compactMap(\.lastSync).max() }

    package var json: JSONValue {
        let first = groups.map(\.createdAt).min()
        return [
            "name": .string(Self.name), "enabled": true, "last_full_sync": .string(lastSync),
            "created_at": .string(first), "updated_at": .string(lastSync ?? first),
            "groups": .array(groups.map(\.json)),
        ]
    }
}

/// What importing the advisories anew came to.
package struct FeedSyncGroup: Sendable {
    package var name: String
    package var status: String
    package var records: Int
    package var seconds: Double

    package init(name: String, status: String, records: Int, seconds: Double) {
        self.name = name
        self.status = status
        self.records = records
        self.seconds = seconds
    }

    /// The answer to `POST /system/feeds`; `seconds` is what all of it took.
    package static func json(_ groups: [FeedSyncGroup], seconds: Double) -> JSONValue {
        let isWhole = groups.allSatisfy { $0.status == "success" }
        return [
            [
                "feed": .string(FeedRecord.name), "status": .string(isWhole ? "success" : "failure"),
                "total_time_seconds": .number(seconds),
                "groups": .array(
                    groups.map {
                        [
                            "group": .string($0.name), "status": .string($0.status),
                            "updated_record_count": .int($0.records), "updated_image_count": 0,
                            "total_time_seconds": .number($0.seconds),
                        ]
                    }
                ),
            ]
        ]
    }
}

/// The facts that clients ask for before anything else.
package enum ServiceDescription {
    /// The version of Anchore's API that this one is; clients read it as numbers.
    package static let apiVersion = "0.1.20"

    /// `/version`.
    ///
    /// As with Anchore Engine it names no version of the API: clients for both of Anchore's APIs, its admission controller
    /// among them, take one that is named for the second.
    package static func version(_ program: String, schema: Int) -> JSONValue {
        [
            "service": ["version": .string(program)], "api": [:],
            "db": ["schema_version": .string("\(schema)")],
        ]
    }

    /// `/swagger.json` of the routes that there are (OpenAPI specification 2.0); clients read the version alone.
    package static func swagger(_ routes: [ServedRoute]) -> JSONValue {
        var paths: [String: [JSONMember]] = [:]
        for route in routes { paths[route.template, default: []].append(JSONMember(route.method, route.json)) }
        return [
            "swagger": "2.0",
            "info": [
                "title": "Anchore Engine API", "version": .string(apiVersion),
                "description": "The API of Anchore Engine, as Tallyman answers it.",
            ],
            "basePath": "/v1", "consumes": ["application/json"], "produces": ["application/json"],
            "securityDefinitions": [
                "basic": ["type": "basic"], "bearer": ["type": "apiKey", "in": "header", "name": "Authorization"],
            ],
            "security": [["basic": []], ["bearer": []]],
            "paths": .object(
                paths.sorted { $0.key < $1.key }.map { path, operations in
                    JSONMember(path, .object(operations.sorted { $0.name < $1.name }))
                }
            ),
            "definitions": ["Error": ServedRoute.error],
        ]
    }
}
