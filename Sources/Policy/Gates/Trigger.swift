import LinearRegex
import ScanModel

/// A check that a rule configures: what of an image it finds.
///
/// A trigger is made once for each rule when a bundle is read and holds its parameters; it asks facts of one image after
/// the other.
protocol Trigger: Sendable {
    /// Lower case.
    static var name: String { get }
    /// One or two sentences, for the list of gates.
    static var summary: String { get }
    static var parameters: [Parameter] { get }
    /// What must have been collected of an image's files for it to tell.
    var needs: CollectionPlan { get }
    /// Takes parameters, each of which is of its kind; throws where they do not go together.
    init(_ values: ParameterValues) throws(ParameterError)
    /// What it finds, in the order in which the image has it; throws where it cannot tell.
    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding]
}

extension Trigger {
    static var parameters: [Parameter] { [] }
    var needs: CollectionPlan { .nothing }
}

/// A value of a parameter that is wrong in the company of the others.
struct ParameterError: Error, Hashable {
    let parameter: String
    let reason: String
}

/// One thing that a trigger found.
struct TriggerFinding: Hashable, Sendable {
    /// What whitelists name it by; `nil` where that is a hash of the message (``TriggerID``).
    var id: String?
    /// What whitelists may name it by as well: the same flaw under its other identifiers.
    var otherIDs: [String]
    var message: String

    init(_ message: String, id: String? = nil, otherIDs: [String] = []) {
        self.id = id
        self.otherIDs = otherIDs
        self.message = message
    }
}

/// What the rules of one evaluation share.
final class EvaluationContext {
    let now: PolicyInstant
    /// Rules that may take all the steps allowed to one, before none are left for the others.
    private static let costlyRules = 10

    /// Steps that the expression of one rule may take.
    private let regexBudget: Int
    /// Steps left for all rules, without those of `lastMatcher`.
    private var stepsLeft: Int
    private var lastMatcher: RegexMatcher?
    /// The image's Dockerfile by directives, read when it is first asked for.
    private var dockerfile: Dockerfile?

    init(now: PolicyInstant, regexBudget: Int) {
        self.now = now
        self.regexBudget = regexBudget
        let (total, isLong) = regexBudget.multipliedReportingOverflow(by: Self.costlyRules)
        stepsLeft = isLong ? .max : total
    }

    /// A matcher for a rule's expression, bounded by what one rule and all together may take.
    func matcher(of pattern: RegexPattern) -> RegexMatcher {
        if let lastMatcher { stepsLeft -= lastMatcher.spent }
        let matcher = RegexMatcher(pattern, budget: max(0, min(regexBudget, stepsLeft)))
        lastMatcher = matcher
        return matcher
    }

    func dockerfile(of image: ImageFacts) throws(Unjudged) -> Dockerfile {
        if let dockerfile { return dockerfile }
        let read = Dockerfile(try image.dockerfile.get().text)
        dockerfile = read
        return read
    }
}

extension RegexMatcher {
    /// Whether `text` matches from its start; a text that takes too long makes the rule fail, visibly.
    func judge(_ text: String) throws(Unjudged) -> Bool {
        do { return try matches(text) } catch { throw Unjudged(.failed, "\(error)") }
    }
}

extension RegexPattern {
    /// The pattern of a parameter that was found to be one.
    init(parameter: String, _ text: String) throws(ParameterError) {
        do { try self.init(text) } catch { throw ParameterError(parameter: parameter, reason: "\(error)") }
    }
}
