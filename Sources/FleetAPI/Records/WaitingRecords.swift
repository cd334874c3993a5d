/// An image of a run without an outcome, and what it waits for.
package struct APIWaitingImage: Sendable {
    package struct Blocker: Sendable {
        package var kind: String
        package var digest: String
        package var state: String
        package var attempt: Int
        package var failures: Int
        package var since: String
        package var worker: String?
        package var behind: Int?
        package var error: String?
        package var reason: String

        package init(
            kind: String,
            digest: String,
            state: String,
            attempt: Int,
            failures: Int,
            since: String,
            worker: String?,
            behind: Int?,
            error: String?,
            reason: String
        ) {
            self.kind = kind
            self.digest = digest
            self.state = state
            self.attempt = attempt
            self.failures = failures
            self.since = since
            self.worker = worker
            self.behind = behind
            self.error = error
            self.reason = reason
        }
    }

    package var reference: String
    package var reason: String
    package var blockers: [Blocker]

    package init(reference: String, reason: String, blockers: [Blocker]) {
        self.reference = reference
        self.reason = reason
        self.blockers = blockers
    }
}

extension APIWaitingImage: APIRecord {
    package static let recordName = "WaitingImage"
    package static let fields: [Field<APIWaitingImage>] = [
        Field("reference", "Its name, registry/repository:tag.") { $0.reference },
        Field("reason", "What most explains the wait, in words.") { $0.reason },
        Field("blockers", "Everything that it waits for, the lowest layer first.") { $0.blockers },
    ]
}

extension APIWaitingImage.Blocker: APIRecord {
    package static let recordName = "Blocker"
    package static let fields: [Field<APIWaitingImage.Blocker>] = [
        Field("kind", "What is to be done.", among: ["layer", "inventory"]) { $0.kind },
        Field("digest", "Of the layer, or of what the tag names.") { $0.digest },
        Field("state", "How far that is.", among: ["queued", "leased", "dead"]) { $0.state },
        Field("attempt", "How often it was begun.") { $0.attempt },
        Field("failures", "How often it failed.") { $0.failures },
        Field(time: "since", "Since when it is in this state.") { $0.since },
        Field(optional: "worker", "Who works on it.") { $0.worker },
        Field(optional: "behind", "Queued tasks that go before it.") { $0.behind },
        Field(optional: "error", "Why the last attempt failed.") { $0.error },
        Field("reason", "The same in words.") { $0.reason },
    ]
}
