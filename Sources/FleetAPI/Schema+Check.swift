package import AnchoreAPI

extension Schema {
    /// The most that is said of one request.
    static let maxViolations = 20

    /// What is wrong with `value`, which `place` names in the answer; nothing where it is of this schema.
    package func violations(_ value: JSONValue, at place: String) -> [Violation] {
        var found: [Violation] = []
        check(value, place, &found)
        return found
    }

    private func check(_ value: JSONValue, _ place: String, _ found: inout [Violation]) {
        guard found.count < Self.maxViolations else { return }
        func say(_ text: String) { found.append(Violation(place: place, text: text)) }
        switch (self, value) {
        case (.text, .string), (.formatted, .string), (.flag, .bool), (.number, .int), (.number, .number): break
        case (.shaped(let shape), .string(let text)):
            guard !shape.matches(text) else { return }
            let lengths = shape.lengths
            say(
                lengths.contains(text.unicodeScalars.count)
                    ? "does not match \(shape.pattern)" + (shape.format.map { " or is no \($0)" } ?? "")
                    : "must have \(lengths.lowerBound) to \(lengths.upperBound) characters"
            )
        case (.choice(let values), .string(let text)):
            if !values.contains(text) { say("must be one of \(values.joined(separator: ", "))") }
        case (.integer(let range), .int(let number)):
            if !range.contains(number) { say("must be from \(range.lowerBound) to \(range.upperBound)") }
        case (.list(let element, let most), .array(let values)):
            if let most, values.count > most { return say("must have at most \(most) elements") }
            for (index, value) in values.enumerated() { element.check(value, "\(place)/\(index)", &found) }
        case (.record(_, let fields), .object(let members)):
            Self.check(members, fields, isOpen: false, place, &found)
        case (.open(let fields), .object(let members)): Self.check(members, fields, isOpen: true, place, &found)
        default: say("must be \(kind)")
        }
    }

    private static func check(
        _ members: [JSONMember],
        _ fields: [Member],
        isOpen: Bool,
        _ place: String,
        _ found: inout [Violation]
    ) {
        var seen: Set<String> = []
        for member in members {
            let inside = "\(place)/\(member.name.prefix(64))"
            guard let field = fields.first(where: { $0.name == member.name }) else {
                // A misspelt member must not count as one left out.
                if !isOpen, found.count < maxViolations {
                    found.append(Violation(place: inside, text: "is not a member that there is"))
                }
                continue
            }
            guard seen.insert(member.name).inserted else {
                found.append(Violation(place: inside, text: "is there twice"))
                continue
            }
            field.schema.check(member.value, inside, &found)
        }
        for field in fields where field.isRequired && !seen.contains(field.name) {
            found.append(Violation(place: "\(place)/\(field.name)", text: "is missing"))
        }
    }

    /// What it is, in words.
    package var kind: String {
        switch self {
        case .text, .formatted, .shaped, .choice: "a text"
        case .integer: "a whole number"
        case .number: "a number"
        case .flag: "true or false"
        case .list: "a list"
        case .record, .open: "an object"
        }
    }

    /// The value that the text of a parameter stands for; `nil` where it is of another kind.
    func value(of text: String) -> JSONValue? {
        switch self {
        case .integer:
            // Only the one way to write a number: what differs in text differs in meaning.
            guard let number = Int(text), "\(number)" == text else { return nil }
            return .int(number)
        case .flag: return ["true": true, "false": false][text].map { .bool($0) }
        case .text, .formatted, .shaped, .choice: return .string(text)
        case .number, .list, .record, .open: return nil
        }
    }
}
