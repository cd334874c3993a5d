/// A part of an image's facts that need not have been looked for.
package enum Collected<Value: Sendable>: Sendable {
    case collected(Value)
    /// Nobody looked; the reason is for people: `files are not listed in a scan without --files`.
    case notCollected(String)

    /// The value; `nil` where nobody looked.
    package var value: Value? {
        if case .collected(let value) = self { value } else { nil }
    }

    /// The value, or what a rule that needs it says instead of passing.
    func get() throws(Unjudged) -> Value {
        switch self {
        case .collected(let value): return value
        case .notCollected(let reason): throw Unjudged(.notCollected, reason)
        }
    }
}

/// Why a rule says nothing of an image.
struct Unjudged: Error, Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// What it asks about was not looked for.
        case notCollected
        /// What was found cannot be judged.
        case failed
        /// It asks about data that this installation has none of, for which the gate has a trigger of its own.
        case unavailable
    }

    let kind: Kind
    let reason: String

    init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
