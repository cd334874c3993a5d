import Advisories
import ScanModel
import Testing

/// A package, a flaw, and what a public advisory says about the two.
struct KnownAnswer: Sendable, CustomTestStringConvertible {
    enum Verdict: Sendable, Equatable {
        case fixed([String])
        /// Affected, with no version that ends it.
        case open(FixState)
        case none
    }

    /// The package with its distribution, as a purl.
    let purl: String
    let id: String
    let verdict: Verdict
    /// Why the answer is what it is, where that is not plain.
    let reason: String

    /// The package is affected until `fixes`.
    static func affected(_ purl: String, _ id: String, _ fixes: String..., reason: String = "") -> KnownAnswer {
        KnownAnswer(purl: purl, id: id, verdict: .fixed(fixes), reason: reason)
    }

    /// The package is affected and there is no fix.
    static func open(_ purl: String, _ id: String, _ state: FixState, reason: String = "") -> KnownAnswer {
        KnownAnswer(purl: purl, id: id, verdict: .open(state), reason: reason)
    }

    /// The package is not affected.
    static func safe(_ purl: String, _ id: String, _ reason: String) -> KnownAnswer {
        KnownAnswer(purl: purl, id: id, verdict: .none, reason: reason)
    }

    var testDescription: String { "\(purl) \(id)\(reason.isEmpty ? "" : ", \(reason)")" }
}
