/// Reads CycloneDX 1.2 and later in JSON.
enum CycloneDXJSONReader {
    static func read(_ bytes: [UInt8]) throws -> DocumentContents {
        try DocumentCursor.read(bytes) { cursor in
            var contents = DocumentContents()
            try cursor.members { cursor, name in
                switch name {
                case "metadata": try metadata(&cursor, &contents)
                case "components": try components(&cursor, &contents, nesting: 0)
                default: try cursor.skip()
                }
            }
            try cursor.end()
            return contents
        }
    }

    private static func metadata(_ cursor: inout DocumentCursor, _ contents: inout DocumentContents) throws {
        try cursor.members { cursor, name in
            switch name {
            case "component": contents.root = try component(&cursor, &contents, nesting: 0)
            case "timestamp": contents.created = try cursor.string()
            case "tools": try tools(&cursor, &contents)
            default: try cursor.skip()
            }
        }
    }

    /// A list until 1.4, since then an object with components too.
    private static func tools(_ cursor: inout DocumentCursor, _ contents: inout DocumentContents) throws {
        if cursor.isArray { return try tool(&cursor, &contents) }
        try cursor.members { cursor, name in
            if name == "components" { try tool(&cursor, &contents) } else { try cursor.skip() }
        }
    }

    private static func tool(_ cursor: inout DocumentCursor, _ contents: inout DocumentContents) throws {
        try cursor.elements { cursor in
            var tool = BillOfMaterials.Tool(name: "", version: "")
            try cursor.members { cursor, name in
                switch name {
                case "name": tool.name = try cursor.string()
                case "version": tool.version = try cursor.string()
                default: try cursor.skip()
                }
            }
            if contents.tool == nil, !tool.name.isEmpty { contents.tool = tool }
        }
    }

    private static func components(
        _ cursor: inout DocumentCursor,
        _ contents: inout DocumentContents,
        nesting: Int
    ) throws {
        guard nesting < SBOMLimits.maxNesting else {
            contents.note("", "components more than \(SBOMLimits.maxNesting) levels deep")
            return try cursor.skip()
        }
        try cursor.elements { cursor in
            let found = try component(&cursor, &contents, nesting: nesting)
            contents.add(found)
        }
    }

    private static func component(
        _ cursor: inout DocumentCursor,
        _ contents: inout DocumentContents,
        nesting: Int
    ) throws -> DocumentComponent {
        var found = DocumentComponent()
        try cursor.members { cursor, name in
            switch name {
            case "bom-ref": found.ref = try cursor.string()
            case "type": found.kind = try cursor.string()
            case "supplier":
                try cursor.members { cursor, name in
                    if name == "name" { found.supplier = try cursor.string() } else { try cursor.skip() }
                }
            case "publisher":
                let publisher = try cursor.string()
                if found.supplier.isEmpty { found.supplier = publisher }
            case "group": found.group = try cursor.string()
            case "name": found.name = try cursor.string()
            case "version": found.version = try cursor.string()
            case "description": found.description = try cursor.string()
            case "purl": found.purl = try cursor.string()
            case "licenses": try licenses(&cursor, &found)
            case "properties":
                try pairs(&cursor, "name", "value") { found.add(property: $0, $1) }
            case "hashes": try pairs(&cursor, "alg", "content") { found.add(hash: $1, algorithm: $0) }
            case "evidence":
                try cursor.members { cursor, name in
                    guard name == "occurrences" else { return try cursor.skip() }
                    try pairs(&cursor, "location", "") { path, _ in found.add(path: path) }
                }
            case "components": try components(&cursor, &contents, nesting: nesting + 1)
            default: try cursor.skip()
            }
        }
        return found
    }

    private static func licenses(_ cursor: inout DocumentCursor, _ component: inout DocumentComponent) throws {
        try cursor.elements { cursor in
            var id = ""
            var other = ""
            try cursor.members { cursor, name in
                switch name {
                case "expression": id = try cursor.string()
                case "license":
                    try cursor.members { cursor, name in
                        switch name {
                        case "id": id = try cursor.string()
                        case "name": other = try cursor.string()
                        default: try cursor.skip()
                        }
                    }
                default: try cursor.skip()
                }
            }
            component.add(license: id.isEmpty ? other : id)
        }
    }

    /// Objects of which two members count.
    private static func pairs(
        _ cursor: inout DocumentCursor,
        _ first: String,
        _ second: String,
        _ body: (String, String) -> Void
    ) throws {
        try cursor.elements { cursor in
            var one = ""
            var other = ""
            try cursor.members { cursor, name in
                if name == first {
                    one = try cursor.string()
                } else if name == second {
                    other = try cursor.string()
                } else {
                    try cursor.skip()
                }
            }
            body(one, other)
        }
    }
}
