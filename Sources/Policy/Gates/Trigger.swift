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
    /// What it asks about that may change while the image does not; one that reads the image alone sees no findings and
    /// no advisories.
    var reads: FactReading { get }
    /// Takes parameters, each of which is of its kind; throws where they do not go together.
    init(_ values: ParameterValues) throws(ParameterError)
    /// What it finds, in the order in which the image has it; throws where it cannot tell.
    func findings(in image: ImageFacts, _ context: EvaluationContext) throws(Unjudged) -> [TriggerFinding]
}

extension Trigger {
    static var parameters: [Parameter] { [] }
    var needs: CollectionPlan { .nothing }
    /// A trigger that does not say counts as one that reads everything.
    var reads: FactReading { .everything }
}

/// A trigger that asks about nothing but what the analysis of the image found.
protocol ImageTrigger: Trigger {}

extension ImageTrigger {
    var reads: FactReading { .image }
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

/// What rules of one evaluation share: those that read the image alone, or a part of the others (``BundleEvaluation``).
///
/// Rules ask it about time, so that it knows until when what they said holds.
final class EvaluationContext {
    private let now: PolicyInstant
    /// The earliest moment at which a rule may say something else; `nil` where time changes nothing.
    private(set) var validUntil: PolicyInstant?
    /// Rules that may take all the steps allowed to one, before none are left for the others.
    private static let costlyRules = 10

    /// Steps that the expression of one rule may take.
    private let regexBudget: Int
    /// Steps left for those rules, without those of `lastMatcher`.
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

    /// Whether a moment has come.
    ///
    /// Where it has not, and the answer matters, the caller has to ``hasCome(_:)`` or to ``expect(_:)`` it.
    func isPast(_ moment: PolicyInstant) -> Bool { moment <= now }

    /// Whether a moment has come; the evaluation holds no longer than until then.
    func hasCome(_ moment: PolicyInstant) -> Bool {
        if isPast(moment) { return true }
        expect(moment)
        return false
    }

    /// Notes that a rule may say something else from a moment in the future on.
    func expect(_ moment: PolicyInstant) {
        guard !isPast(moment), moment != .never else { return }
        validUntil = min(validUntil ?? moment, moment)
    }

    /// Whether feeds that were found to be up to date at `sync` are older than so many days by now.
    ///
    /// Not noted, as feeds are renewed daily: whoever keeps evaluations asks ``FactReading/outdated(sync:now:)``.
    func isOutdated(_ sync: PolicyInstant, days: Int) -> Bool { FactReading.isOutdated(sync, days: days, now: now) }

    /// A matcher for a rule's expression, bounded by what one rule and all together may take.
    func matcher(of pattern: RegexPattern) -> RegexMatcher {
        if let lastMatcher { stepsLeft -= lastMatcher.spent }
        let matcher = RegexMatcher(pattern, budget: max(0, min(regexBudget, stepsLeft)))
        lastMatcher = matcher
        return matcher
    }

    func dockerfile(of image: ImageFacts) throws(Unjudged) -> Dockerfile {
        if let dockerfile { return dockerfile }
        let facts = try image.dockerfile.get()
        let read = Dockerfile(facts.text, joinsLines: facts.mode == .actual)
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
