/// Something in a policy bundle that is wrong: where, what, and what to do about it.
package struct BundleProblem: Error, Hashable, Sendable, Encodable, CustomStringConvertible {
    package enum Severity: String, Sendable, Encodable {
        /// The bundle is refused.
        case error
        /// The bundle is taken, but does something that nobody can want.
        case warning = "warn"
    }

    /// The names are those of Anchore Engine's errors, as its API tells them.
    package enum Kind: String, Sendable, Encodable {
        /// No JSON, or beyond the bounds.
        case malformed = "MalformedDocumentError"
        /// A member is missing, of another type, or unknown where only some are allowed.
        case schema = "SchemaError"
        case unsupportedVersion = "UnsupportedVersionError"
        case gateNotFound = "GateNotFoundError"
        case triggerNotFound = "TriggerNotFoundError"
        case invalidAction = "InvalidGateAction"
        case invalidParameter = "InvalidParameterError"
        case invalidValue = "ParameterValueInvalidError"
        case requiredParameter = "RequiredParameterNotSetError"
        case referenceNotFound = "ReferencedObjectNotFoundError"
        case duplicate = "DuplicateIdentifierFoundError"
        case endOfLife = "EndOfLifedError"
        case validation = "ValidationError"
        /// A regular expression that cannot be matched. Anchore Engine takes the bundle and fails with every image.
        case invalidPattern = "InvalidPatternError"
        /// At evaluation: a rule that says nothing of the image.
        case triggerEvaluation = "TriggerEvaluationError"
    }

    package var severity: Severity
    package var kind: Kind
    /// Where: `policies[0].rules[2].params[1].value`; empty for the document.
    package var path: String
    package var cause: String
    package var remedy: String
    /// The name of a required member that is missing.
    package var missingMember: String?

    package init(
        _ kind: Kind,
        at path: String,
        _ cause: String,
        remedy: String,
        severity: Severity = .error,
        missingMember: String? = nil
    ) {
        self.severity = severity
        self.kind = kind
        self.path = path
        self.cause = cause
        self.remedy = remedy
        self.missingMember = missingMember
    }

    /// Cause and remedy, without the place.
    package var text: String { cause + (remedy.isEmpty ? "" : "; \(remedy)") }

    package var description: String { (path.isEmpty ? "" : "\(path): ") + text }

    private enum CodingKeys: String, CodingKey {
        case severity, path, cause, remedy
        case kind = "problem_type"
        case details
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(severity, forKey: .severity)
        try container.encode(kind, forKey: .kind)
        try container.encode(path, forKey: .path)
        try container.encode(cause, forKey: .cause)
        try container.encode(remedy, forKey: .remedy)
        try container.encode(description, forKey: .details)
    }
}
