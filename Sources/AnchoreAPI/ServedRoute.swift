/// A route of `/v1`, for its description.
package struct ServedRoute: Sendable {
    /// In lower case.
    package let method: String
    /// As the router has it, `images/:digest`.
    private let path: String
    /// The least role that may; `nil` for what anybody may ask.
    private let role: AccessRole?
    private let isOfSystem: Bool

    package init(_ method: String, _ path: String, role: AccessRole?, isOfSystem: Bool = false) {
        self.method = method.lowercased()
        self.path = path
        self.role = role
        self.isOfSystem = isOfSystem
    }

    /// As documents have it, `/images/{digest}`; what takes the rest of a path is a registry's name.
    package var template: String {
        "/"
            + path.split(separator: "/").map { part in
                part == "**" ? "{registry}" : part.hasPrefix(":") ? "{\(part.dropFirst())}" : String(part)
            }.joined(separator: "/")
    }

    private var name: String { "\(method) \(template)" }

    var json: JSONValue {
        var members = [JSONMember("parameters", .array(pathParameters + queryParameters + form + body))]
        if !form.isEmpty { members.append(JSONMember("consumes", ["application/x-www-form-urlencoded"])) }
        if let role {
            let words = isOfSystem ? "Needs the role admin in the account admin." : "Needs the role \(role.rawValue)."
            members.append(JSONMember("description", .string(words)))
        } else {
            members.append(JSONMember("security", []))
        }
        members.append(JSONMember("responses", .object(responses)))
        return .object(members)
    }

    private var pathParameters: [JSONValue] {
        template.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            ["name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true, "type": "string"]
        }
    }

    private var queryParameters: [JSONValue] {
        (Self.parameters[name] ?? []).map { given in
            let isRequired = given.hasSuffix("!")
            let bare = isRequired ? String(given.dropLast()) : given
            return [
                "name": .string(bare), "in": "query", "required": .bool(isRequired),
                "type": .string(Self.flags.contains(bare) ? "boolean" : "string"),
            ]
        }
    }

    /// What a login sends; without any of it that of HTTP Basic counts.
    private var form: [JSONValue] {
        guard name == "post /oauth/token" else { return [] }
        return ["grant_type", "username", "password"].map {
            ["name": .string($0), "in": "formData", "required": false, "type": "string"]
        }
    }

    private var body: [JSONValue] {
        guard form.isEmpty else { return [] }
        guard method == "post" || method == "put", !Self.withoutBody.contains(name), !isUnsupported else { return [] }
        let kind: JSONValue =
            name == "post /archives/images" ? ["type": "array", "items": ["type": "string"]] : ["type": "object"]
        return [["name": "body", "in": "body", "required": true, "schema": kind]]
    }

    /// What is there to say that this is not: uploads of images and bills of materials.
    private var isUnsupported: Bool { ["import", "imports", "imageimport"].contains(path.prefix { $0 != "/" }) }

    private var responses: [JSONMember] {
        var members: [JSONMember] = []
        if !isUnsupported {
            let isEmpty = Self.withoutAnswer.contains(name)
            members.append(JSONMember(isEmpty ? "204" : "200", ["description": isEmpty ? "Done." : "The answer."]))
        }
        if role != nil { members.append(JSONMember("401", ["description": "No credentials, or wrong ones."])) }
        members.append(
            JSONMember("default", ["description": "What went wrong.", "schema": ["$ref": "#/definitions/Error"]])
        )
        return members
    }

    /// Anchore's envelope of an error.
    static let error: JSONValue = [
        "type": "object", "required": ["message"],
        "properties": [
            "message": ["type": "string"], "httpcode": ["type": "integer"],
            "detail": [
                "type": "object", "properties": ["error_codes": ["type": "array", "items": ["type": "string"]]],
            ],
        ],
    ]

    /// Routes that the table of parameters names, as `METHOD PATH`; each has to be there.
    package static var withParameters: Set<String> { Set(parameters.keys).union(withoutBody).union(withoutAnswer) }

    private static let withoutBody: Set = [
        "post /repositories", "post /system/feeds", "put /system/feeds/{feed}", "put /system/feeds/{feed}/{group}",
        "post /system/webhooks/{webhook}/test", "post /system/webhooks/general/test",
    ]
    private static let withoutAnswer: Set = [
        "delete /accounts/{account}/users/{user}", "delete /accounts/{account}/users/{user}/credentials",
        "delete /accounts/{account}/tokens/{token}",
    ]
    private static let flags: Set = [
        "history", "force", "autosubscribe", "vendor_only", "detail", "active", "interactive", "validate", "dryrun",
        "system_global", "enabled",
    ]
    private static let check = ["tag!", "policyId", "detail", "history", "interactive"]
    private static let pages = ["page", "limit"]
    private static let events = [
        "since", "before", "level", "source_servicename", "source_hostid", "event_type", "resource_type",
        "resource_id",
    ]

    /// What queries may hold; ! marks what has to be there.
    private static let parameters: [String: [String]] = [
        "get /images": ["fulltag", "history", "analysis_status", "image_status"],
        "post /images": ["force", "autosubscribe"],
        "delete /images": ["imageDigests!", "force"],
        "delete /images/{digest}": ["force"],
        "delete /images/by_id/{imageID}": ["force"],
        "get /summaries/imagetags": ["image_status"],
        "get /images/{digest}/vuln/{type}": ["vendor_only"],
        "get /images/by_id/{imageID}/vuln/{type}": ["vendor_only"],
        "get /images/{digest}/check": check,
        "get /images/by_id/{imageID}/check": check,
        "get /policies": ["detail"],
        "post /policies": ["detail"],
        "get /policies/{policy}": ["detail"],
        "put /policies/{policy}": ["active"],
        "get /subscriptions": ["subscription_type", "subscription_key"],
        "post /repositories": ["repository!", "autosubscribe", "dryrun"],
        "post /registries": ["validate"],
        "put /registries/{registry}": ["validate"],
        "get /events": events + pages,
        "delete /events": events,
        "get /query/images/by_vulnerability": [
            "vulnerability_id!", "affected_package", "namespace", "severity", "vendor_only",
        ] + pages,
        "get /query/images/by_package": ["name!", "version", "package_type"] + pages,
        "get /query/vulnerabilities": ["id!", "affected_package", "affected_package_version", "namespace"] + pages,
        "get /accounts": ["state"],
        "delete /accounts/{account}/users/{user}/credentials": ["credential_type!"],
        "get /archives/rules": ["system_global"],
        "put /system/feeds/{feed}": ["enabled!"],
        "put /system/feeds/{feed}/{group}": ["enabled!"],
        "post /system/webhooks/{webhook}/test": ["notification_type"],
        "post /system/webhooks/general/test": ["notification_type"],
    ]
}
