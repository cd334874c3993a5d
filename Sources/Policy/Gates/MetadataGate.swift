import LinearRegex

extension Gate {
    static let metadata = Gate(
        "metadata",
        "Checks against image metadata, such as size, OS, distro, architecture, etc.",
        [AttributeTrigger.self]
    )
}

/// Not copied from Anchore Engine: that `exists` needs a value, and that comparing what the image does not state, or a
/// number by `like` and `in`, ends the whole evaluation.
private struct AttributeTrigger: ImageTrigger {
    static let name = "attribute"
    static let summary = "Triggers if a named image metadata value matches the given condition."
    static let parameters = [
        Parameter("attribute", .choice(Attribute.words), required: true, example: "size", "Attribute to be checked."),
        Parameter(
            "check",
            .choice([
                "=", "!=", ">", "<", ">=", "<=", "exists", "not_exists", "like", "not_like", "in", "not_in",
            ]),
            required: true,
            example: ">",
            "The operation to perform the evaluation."
        ),
        Parameter("value", .dependent, example: "1073741824", "Value used in comparison."),
    ]

    private enum Attribute: String, CaseIterable {
        case size, architecture
        case operatingSystem = "os_type"
        case distro
        case distroVersion = "distro_version"
        case likeDistro = "like_distro"
        case layerCount = "layer_count"

        static let words = allCases.map(\.rawValue)

        var isNumber: Bool { self == .size || self == .layerCount }

        func value(_ facts: MetadataFacts) -> Value? {
            switch self {
            case .size: facts.size.map { .number($0) }
            case .architecture: facts.architecture.map { .text($0) }
            case .operatingSystem: facts.operatingSystem.map { .text($0) }
            case .distro: facts.distro.map { .text($0) }
            case .distroVersion: facts.distroVersion.map { .text($0) }
            case .likeDistro: facts.likeDistro.map { .text($0) }
            case .layerCount: facts.layerCount.map { .number(Int64($0)) }
            }
        }
    }

    private enum Value: CustomStringConvertible {
        case number(Int64)
        case text(String)

        var description: String {
            switch self {
            case .number(let number): "\(number)"
            case .text(let text): text
            }
        }

        /// Whether it is something, as Python judges values.
        var isTrue: Bool {
            switch self {
            case .number(let number): number != 0
            case .text(let text): !text.isEmpty
            }
        }
    }

    private let attribute: Attribute
    private let check: String
    private let value: Value?
    private let pattern: RegexPattern?

    init(_ values: ParameterValues) throws(ParameterError) {
        attribute = values.choice("attribute") ?? .size
        check = values.text("check") ?? ""
        var pattern: RegexPattern?
        var value: Value?
        if let text = values.text("value"), !(text.isEmpty && (check == "exists" || check == "not_exists")) {
            if check == "like" || check == "not_like" {
                pattern = try RegexPattern(parameter: "value", text)
                value = .text(text)
            } else if check == "in" || check == "not_in" {
                value = .text(text)
            } else if attribute.isNumber {
                guard
                    let number = attribute == .size ? Self.bytes(text) : ParameterKind.integer(text).map({ Int64($0) })
                else {
                    let what = attribute == .size ? "no number of bytes, as 200 or 100mb" : "no whole number"
                    throw ParameterError(parameter: "value", reason: what)
                }
                value = .number(number)
            } else {
                value = .text(text)
            }
        } else if check != "exists", check != "not_exists", values.text("value") == nil {
            throw ParameterError(parameter: "value", reason: "missing, and the check \(check) needs it")
        }
        self.pattern = pattern
        self.value = value
    }

    /// `1024`, `100mb`: units are powers of 1024.
    private static func bytes(_ text: String) -> Int64? {
        let lower = text.lowercased()
        let digits = lower.prefix { ("0"..."9").contains($0) }
        guard !digits.isEmpty, let number = Int64(digits) else { return nil }
        let shift: Int64
        switch lower.dropFirst(digits.count) {
        case "": shift = 0
        case "kb": shift = 10
        case "mb": shift = 20
        case "gb": shift = 30
        case "tb": shift = 40
        default: return nil
        }
        let (product, isLong) = number.multipliedReportingOverflow(by: 1 << shift)
        return isLong ? nil : product
    }

    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let actual = attribute.value(image.metadata)
        guard try holds(actual, context) else { return [] }
        return [
            TriggerFinding(
                "Attribute check for attribute: '\(attribute.rawValue)' check: '\(check)' "
                    + "check_value: '\(value.map { "\($0)" } ?? "")' matched image value: "
                    + "'\(actual.map { "\($0)" } ?? "None")'"
            )
        ]
    }

    private func holds(_ actual: Value?, _ context: EvaluationContext) throws(Unjudged) -> Bool {
        switch check {
        case "exists": return actual?.isTrue ?? false
        case "not_exists": return !(actual?.isTrue ?? false)
        default: break
        }
        guard let value, value.description.isEmpty == false else { return false }
        switch check {
        case "in", "not_in":
            let members = value.description.split(separator: ",", omittingEmptySubsequences: false)
                .map { PythonText.stripped($0) }
            let isIn = actual.map { members.contains("\($0)") } ?? false
            return isIn == (check == "in")
        case "=": return actual.map { equal($0, value) } ?? false
        case "!=": return !(actual.map { equal($0, value) } ?? false)
        default: break
        }
        guard let actual else {
            throw Unjudged(.notCollected, "the image does not state its \(attribute.rawValue)")
        }
        if let pattern {
            let matches = try context.matcher(of: pattern).judge("\(actual)")
            return matches == (check == "like")
        }
        guard let comparison = Comparison(rawValue: check) else { return false }
        if case .number(let left) = actual, case .number(let right) = value { return comparison.holds(left, right) }
        // Texts compare by their characters' numbers, as Python has it.
        let left = actual.description.unicodeScalars.map(\.value)
        let right = value.description.unicodeScalars.map(\.value)
        switch comparison {
        case .less: return left.lexicographicallyPrecedes(right)
        case .greater: return right.lexicographicallyPrecedes(left)
        case .lessOrEqual: return !right.lexicographicallyPrecedes(left)
        case .greaterOrEqual: return !left.lexicographicallyPrecedes(right)
        case .equal, .notEqual: return (left == right) == (comparison == .equal)
        }
    }

    private func equal(_ actual: Value, _ value: Value) -> Bool { actual.description == value.description }
}
