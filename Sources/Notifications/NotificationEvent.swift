package import AnchoreAPI
import Foundation
package import ScanModel

/// Something to be told, as the outbox has it.
package struct NotificationEvent: Sendable {
    package enum Kind: Sendable, Equatable {
        case subscription(SubscriptionType)
        /// A summary of many.
        case digest

        package var name: String {
            switch self {
            case .subscription(let type): type.rawValue
            case .digest: "digest"
            }
        }
    }

    /// Names what happened, whoever is told of it.
    package var id: String
    /// Names this message to this channel; the same at every attempt.
    package var key: String
    package var account: String
    package var email: String
    package var kind: Kind
    /// The key of the subscription: `registry/repo:tag` or `registry/repo`; empty for a summary.
    package var subject: String
    /// The highest severity that it is about; `nil` where it is about none.
    package var severity: Severity?
    package var payload: JSONValue
    /// Seconds since 1970.
    package var createdAt: Int
    /// Whether it is made up, to see that messages arrive.
    package var isTest = false

    package init(
        id: String,
        key: String,
        account: String,
        email: String = "",
        kind: Kind,
        subject: String,
        severity: Severity? = nil,
        payload: JSONValue,
        createdAt: Int
    ) {
        self.id = id
        self.key = key
        self.account = account
        self.email = email
        self.kind = kind
        self.subject = subject
        self.severity = severity
        self.payload = payload
        self.createdAt = createdAt
    }

    /// When it happened, in ISO 8601.
    var time: String { Date(timeIntervalSince1970: Double(createdAt)).formatted(.iso8601) }
}

extension NotificationEvent {
    /// How bad it is, in the few steps that endpoints know.
    enum Level: String { case critical, error, warning, info, success }

    /// Whether a `policy_eval` says that the image passes now.
    var passesPolicy: Bool { payload["curr_eval"]?["status"]?.string == EvaluationStatus.pass.rawValue }

    /// Whether an `analysis_update` says that the analysis failed.
    var hasFailedAnalysis: Bool { payload["curr_eval"]?["analysis_status"]?.string == AnalysisStatus.failed.rawValue }

    var level: Level {
        if case .subscription(let type) = kind {
            if type == .policyEval { return passesPolicy ? .success : .error }
            if type == .analysisUpdate { return hasFailedAnalysis ? .error : .info }
        }
        // Matches that only ended are good news.
        if let counts = payload["counts"], (counts["added"]?.int ?? 0) == 0, (counts["removed"]?.int ?? 0) > 0 {
            return .success
        }
        switch severity {
        case .critical: return .critical
        case .high: return .error
        case .medium: return .warning
        case .low, .negligible, .unknown, nil: return .info
        }
    }

    /// A made-up event of a type, with the payload that Anchore's test of webhooks has.
    package static func test(_ type: SubscriptionType, account: String, email: String, key: String, now: Int)
        -> NotificationEvent
    {
        let payload: JSONValue =
            switch type {
            case .policyEval:
                [
                    "curr_eval": ["image_digest": "test_image_digest", "status": "pass"],
                    "last_eval": ["image_digest": "test_image_digest", "status": "pass"],
                    "annotations": ["test"],
                ]
            case .tagUpdate, .repoUpdate:
                [
                    "curr_eval": ["test_image_digest"], "last_eval": ["test_image_digest"], "annotations": ["test"],
                ]
            case .vulnUpdate:
                [
                    "diff_vulnerability_result": ["added": ["test1"], "updated": ["test2"], "removed": ["test3"]],
                    "image_digest": "test_image_digest", "annotations": ["test"],
                ]
            case .analysisUpdate:
                [
                    "curr_eval": [
                        "analysis_status": "analyzed", "annotations": ["test"], "image_digest": "test_image_digest",
                    ],
                    "last_eval": [
                        "analysis_status": "analyzing", "annotations": ["test"], "image_digest": "test_image_digest",
                    ],
                    "annotations": ["test"],
                ]
            }
        var event = NotificationEvent(
            id: key,
            key: key,
            account: account,
            email: email,
            kind: .subscription(type),
            subject: "test",
            payload: payload,
            createdAt: now
        )
        event.isTest = true
        return event
    }
}
