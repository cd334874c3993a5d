import Advisories

/// One JSON object of a bundle, read member by member; what is wrong with it is noted with its path.
struct BundleObject {
    let path: String
    private let object: JSONObject
    let log: ProblemLog

    /// Texts of a bundle, in bytes.
    private static let maxTextBytes = 65_536

    init(_ object: JSONObject, path: String, log: ProblemLog) {
        self.object = object
        self.path = path
        self.log = log
        var seen: Set<String> = []
        for member in object.members where !seen.insert(member.name).inserted {
            log.add(
                .schema,
                at: place(member.name),
                "the member stands here twice, and which one is meant cannot be told",
                remedy: "keep one of them"
            )
        }
    }

    /// The object in `value`; `nil`, and noted, where it is none.
    init?(_ value: JSONValue, path: String, log: ProblemLog) {
        guard case .object(let object) = value else {
            log.add(.schema, at: path, "an object is expected here", remedy: "write { … }")
            return nil
        }
        self.init(object, path: path, log: log)
    }

    var raw: RawJSON { RawJSON(.object(object)) }

    func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The member's value; `null` counts as left out.
    private func value(_ name: String) -> JSONValue? {
        guard let value = object[name] else { return nil }
        if case .null = value { return nil }
        return value
    }

    func has(_ name: String) -> Bool { value(name) != nil }

    /// A text that need not be there; noted where it is something else.
    func text(_ name: String) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else {
            log.add(.schema, at: place(name), "a text is expected here", remedy: "put it in quotes")
            return nil
        }
        guard text.utf8.count <= Self.maxTextBytes else {
            log.add(
                .schema,
                at: place(name),
                "the text has more than \(Self.maxTextBytes) bytes",
                remedy: "shorten it"
            )
            return nil
        }
        return text
    }

    /// A text that must be there.
    func requiredText(_ name: String, remedy: String = "") -> String? {
        guard has(name) else {
            noteMissing(name, remedy: remedy)
            return nil
        }
        return text(name)
    }

    func noteMissing(_ name: String, remedy: String = "") {
        log.add(
            .schema,
            at: path,
            "'\(name)' is a required property",
            remedy: remedy.isEmpty ? "add \"\(name)\"" : remedy,
            missingMember: name
        )
    }

    /// The object in a member that must be there.
    func requiredObject(_ name: String, remedy: String = "") -> BundleObject? {
        guard let value = value(name) else {
            noteMissing(name, remedy: remedy)
            return nil
        }
        return BundleObject(value, path: place(name), log: log)
    }

    /// The elements of a list with their paths; none, and noted, where it is missing but required, no list or too long.
    func list(_ name: String, required: Bool = false, most: Int) -> [(value: JSONValue, path: String)] {
        guard let value = value(name) else {
            if required { noteMissing(name, remedy: "add \"\(name)\": [] where there are none") }
            return []
        }
        guard case .array(let elements) = value else {
            log.add(.schema, at: place(name), "a list is expected here", remedy: "write [ … ]")
            return []
        }
        guard elements.count <= most else {
            log.add(
                .malformed,
                at: place(name),
                "the list has \(elements.count) elements, more than the \(most) that are read",
                remedy: "split the bundle"
            )
            return []
        }
        return elements.enumerated().map { ($1, "\(place(name))[\($0)]") }
    }

    /// The objects of a list.
    func objects(_ name: String, required: Bool = false, most: Int) -> [BundleObject] {
        list(name, required: required, most: most).compactMap { BundleObject($0.value, path: $0.path, log: log) }
    }

    /// The texts of a list.
    func texts(_ name: String, required: Bool = false, most: Int) -> [String] {
        list(name, required: required, most: most).compactMap { item in
            if let text = item.value.string { return text }
            log.add(.schema, at: item.path, "a text is expected here", remedy: "put it in quotes")
            return nil
        }
    }

    /// Notes a version that is not `1_0`, in any of the document's parts that have one.
    func checkVersion(required: Bool = true) {
        guard required || has("version"),
            let version = requiredText("version", remedy: "add \"version\": \"1_0\"")
        else { return }
        guard version != "1_0" else { return }
        log.add(
            .unsupportedVersion,
            at: place("version"),
            "Found version \(version), expected one of supported versions ['1_0']",
            remedy: "write \"1_0\""
        )
    }
}

/// What is wrong with a bundle, as far as it was read.
final class ProblemLog {
    private(set) var problems: [BundleProblem] = []
    private let most: Int
    private var hidden = 0

    init(most: Int) { self.most = most }

    func add(
        _ kind: BundleProblem.Kind,
        at path: String,
        _ cause: String,
        remedy: String,
        severity: BundleProblem.Severity = .error,
        missingMember: String? = nil
    ) {
        add(BundleProblem(kind, at: path, cause, remedy: remedy, severity: severity, missingMember: missingMember))
    }

    func add(_ problem: BundleProblem) {
        guard problems.count < most else {
            hidden += 1
            return
        }
        problems.append(problem)
    }

    /// Runs `body` and gives what it noted, without keeping it.
    func collect<Value>(_ body: () -> Value) -> (value: Value, problems: [BundleProblem]) {
        let start = problems.count
        let value = body()
        let found = Array(problems[start...])
        problems.removeLast(problems.count - start)
        return (value, found)
    }

    /// All of them, with a word on those that were too many.
    var all: [BundleProblem] {
        guard hidden > 0 else { return problems }
        let rest = BundleProblem(.malformed, at: "", "\(hidden) more problems are not listed", remedy: "")
        return problems + [rest]
    }
}
