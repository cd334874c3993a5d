import XMLStream

/// The tests, objects, states and variables of an OVAL document, which stand behind the definitions that need them
/// (OVAL Language 5.11, oval-definitions-schema).
///
/// What is kept of each is what tells an affected package: names, versions and how they are compared.
struct OVALIndex {
    /// The number at the end of an identifier; the whole text where it has none.
    ///
    /// Half of a large file is identifiers.
    enum Key: Hashable {
        case number(UInt64)
        case text(String)

        init(_ identifier: String) {
            let tail = identifier.utf8.lastIndex(of: UInt8(ascii: ":")).map { identifier.index(after: $0) }
            let number = tail.flatMap { UInt64(identifier[$0...]) }
            self = number.map(Self.number) ?? .text(identifier)
        }
    }

    struct Test {
        var object: Key?
        var states: [Key] = []
    }

    struct Object {
        /// Of a package; `nil` where a variable holds several, or the object is none.
        var name: String?
        var variable: Key?
        /// The publisher's remark, from which Ubuntu's source package is read.
        var comment: String?
    }

    struct State {
        enum Operation { case less, lessOrEqual, equal, greaterOrEqual, greater, other }

        /// The version with epoch and release that is compared.
        var version: String?
        var operation = Operation.other
        /// Whether it compares the upstream version alone, which is how releases are told.
        var isBare = false
    }

    /// What OVAL lets a state compare with.
    private static let operations: [String: State.Operation] = [
        "less than": .less, "less than or equal": .lessOrEqual, "equals": .equal, "greater than": .greater,
        "greater than or equal": .greaterOrEqual,
    ]

    /// Entries of all kinds together; Oracle's file has some 1.5 million.
    private static let maxEntries = 10_000_000

    private(set) var tests: [Key: Test] = [:]
    private(set) var objects: [Key: Object] = [:]
    private(set) var states: [Key: State] = [:]
    private(set) var variables: [Key: [String]] = [:]
    private let limits: AdvisoryLimits
    private var entries = 0

    /// Reads all of a document but its definitions.
    init(_ reader: XMLReader, limits: AdvisoryLimits) throws {
        self.limits = limits
        while let event = try reader.next() {
            guard case .start(let section) = event else { continue }
            switch section.name {
            case "oval_definitions": continue
            case "tests": try read(reader, into: \.tests) { _ in try Self.test(reader) }
            case "objects": try read(reader, into: \.objects) { try Self.object($0, reader, limits) }
            case "states": try read(reader, into: \.states) { _ in try Self.state(reader, limits) }
            case "variables": try read(reader, into: \.variables) { _ in try Self.values(reader, limits) }
            default: try reader.skipElement()
            }
        }
    }

    /// Reads each element of the section just started with `body`, which must read it to its end.
    private mutating func read<Value>(
        _ reader: XMLReader,
        into table: WritableKeyPath<Self, [Key: Value]>,
        _ body: (XMLElement) throws -> Value
    ) throws {
        let level = reader.depth
        while reader.depth >= level, let event = try reader.next() {
            guard case .start(let element) = event else { continue }
            guard let id = BoundedText.name(element["id"], limits: limits) else {
                try reader.skipElement()
                continue
            }
            guard entries < Self.maxEntries else {
                throw AdvisoryError(.tooLarge, "more than \(Self.maxEntries) tests, objects and states")
            }
            entries += 1
            self[keyPath: table][Key(id)] = try body(element)
        }
    }

    private static func test(_ reader: XMLReader) throws -> Test {
        var test = Test()
        try forEachChild(of: reader) { child in
            if child.name == "object" { test.object = child["object_ref"].map(Key.init) }
            if child.name == "state", test.states.count < 4, let state = child["state_ref"] {
                test.states.append(Key(state))
            }
            try reader.skipElement()
        }
        return test
    }

    private static func object(_ element: XMLElement, _ reader: XMLReader, _ limits: AdvisoryLimits) throws -> Object {
        var object = Object(comment: element["comment"].map { BoundedText.clean($0, maxBytes: limits.maxNameBytes) })
        try forEachChild(of: reader) { child in
            guard child.name == "name" || child.name == "pattern" else { return try reader.skipElement() }
            let variable = child["var_ref"]
            let text = try reader.elementText().trimmingSpaces
            object.variable = object.variable ?? variable.map(Key.init)
            if child.name == "name" { object.name = BoundedText.name(text, limits: limits) }
        }
        return object
    }

    private static func state(_ reader: XMLReader, _ limits: AdvisoryLimits) throws -> State {
        var state = State()
        try forEachChild(of: reader) { child in
            guard ["evr", "version", "subexpression"].contains(child.name) else { return try reader.skipElement() }
            let operation = child["operation"].map { operations[$0] ?? .other } ?? .equal
            let isVersion = child.name != "subexpression" || child["datatype"]?.hasSuffix("evr_string") == true
            let text = try reader.elementText().trimmingSpaces
            guard isVersion, state.version == nil, let version = BoundedText.name(text, limits: limits) else { return }
            state.version = version
            state.operation = operation
            state.isBare = child.name == "version"
        }
        return state
    }

    private static func values(_ reader: XMLReader, _ limits: AdvisoryLimits) throws -> [String] {
        var values: [String] = []
        try forEachChild(of: reader) { child in
            guard child.name == "value" else { return try reader.skipElement() }
            let text = try reader.elementText().trimmingSpaces
            guard values.count < limits.maxVersions, let value = BoundedText.name(text, limits: limits) else { return }
            values.append(value)
        }
        return values
    }

    /// Calls `body` with each child of the element just started, which it must read to its end.
    private static func forEachChild(of reader: XMLReader, _ body: (XMLElement) throws -> Void) throws {
        let level = reader.depth
        while reader.depth >= level, let event = try reader.next() {
            if case .start(let child) = event { try body(child) }
        }
    }
}
