import Crypto
import Foundation
import ScanModel

/// What clients can subscribe to.
package enum SubscriptionType: String, Sendable, CaseIterable {
    case policyEval = "policy_eval"
    case tagUpdate = "tag_update"
    case vulnUpdate = "vuln_update"
    case analysisUpdate = "analysis_update"
    case repoUpdate = "repo_update"

    package static let listed = allCases.map(\.rawValue)
}

/// A wish to be told of changes of a tag or a repository.
package struct SubscriptionRecord: Sendable, Equatable {
    package var account: String
    /// `registry/repo:tag`, or `registry/repo`.
    package var key: String
    package var type: SubscriptionType
    /// JSON as text.
    package var value: String?
    package var isActive: Bool
    /// Seconds since 1970.
    package var createdAt: Int
    package var updatedAt: Int

    package init(
        account: String,
        key: String,
        type: SubscriptionType,
        value: String? = nil,
        isActive: Bool,
        createdAt: Int = 0,
        updatedAt: Int = 0
    ) {
        self.account = account
        self.key = key
        self.type = type
        self.value = value
        self.isActive = isActive
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// MD5 of account, key and type joined by `+`; a name and no protection.
    package var id: String {
        Hex.encode(Insecure.MD5.hash(data: Array("\(account)+\(key)+\(type.rawValue)".utf8)))
    }

    package var json: JSONValue {
        [
            "subscription_id": .string(id), "subscription_key": .string(key),
            "subscription_type": .string(type.rawValue), "subscription_value": .string(value),
            "userId": .string(account), "active": .bool(isActive), "created_at": .int(createdAt),
            "last_updated": .int(updatedAt),
        ]
    }

    /// The four that come with an image; `tag_update` is active where the client asks for it.
    package static func forTag(_ fulltag: String, account: String, watchesTag: Bool) -> [SubscriptionRecord] {
        [
            SubscriptionRecord(account: account, key: fulltag, type: .analysisUpdate, isActive: true),
            SubscriptionRecord(account: account, key: fulltag, type: .tagUpdate, isActive: watchesTag),
            SubscriptionRecord(account: account, key: fulltag, type: .policyEval, isActive: false),
            SubscriptionRecord(account: account, key: fulltag, type: .vulnUpdate, isActive: false),
        ]
    }

    /// The one that comes with a repository.
    package static func forRepository(
        _ repository: String,
        account: String,
        tags: [String],
        watchesTags: Bool,
        isActive: Bool
    ) -> SubscriptionRecord {
        let value: JSONValue = [
            "autosubscribe": .bool(watchesTags), "lookuptag": "latest", "tagcount": .int(tags.count),
            "repotags": .strings(tags),
        ]
        return SubscriptionRecord(
            account: account,
            key: repository,
            type: .repoUpdate,
            value: String(decoding: value.bytes, as: UTF8.self),
            isActive: isActive
        )
    }
}
