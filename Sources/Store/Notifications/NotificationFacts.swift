import AnchoreAPI
import Postgres

/// Statements that write to the outbox, run in the transaction of the fact that they tell of.
///
/// Each writes for all subscribers at once, and only where a channel listens.
enum NotificationFacts {
    /// Whether anybody is told of what happens in the account of `subscriptions`.
    static let isHeard = """
        EXISTS (SELECT FROM notification_channels AS heard
            WHERE heard.account IS NULL OR heard.account = subscriptions.account)
        """

    /// The account of `subscriptions`, as `accounts`; one that is switched off is told nothing.
    static let joinedAccount = "JOIN accounts ON accounts.name = subscriptions.account AND accounts.state = 'enabled'"

    /// Whether an account, joined as `accounts`, knows a tag: those of type admin know all, others what they have added.
    ///
    /// A subscription proves nothing: its key is any text that a client has thought of.
    static func isKnown(_ tag: String, of repository: String) -> String {
        """
        (accounts.kind = 'admin' OR EXISTS (
            SELECT FROM account_tags AS own WHERE own.account = accounts.name
                AND own.repository_id = \(repository) AND own.name = \(tag)))
        """
    }

    /// Whether such an account sees an image under a tag: by the rule of its list of images (``ListedImageRows``).
    static func isSeen(_ manifest: String, as tag: String, of repository: String) -> String {
        """
        (accounts.kind = 'admin' OR \(isKnown(tag, of: repository)) AND EXISTS (
            SELECT FROM account_images AS own WHERE own.account = accounts.name
                AND own.manifest_id = \(manifest) AND own.is_listed))
        """
    }

    /// The key that clients subscribe to a tag by.
    static func tagKey(_ tag: String) -> String {
        "shown_repository(registries.host, repositories.name) || ':' || \(tag)"
    }

    /// Tags that the plan of the run `$1` moved in this transaction: the image behind each is another than the last.
    ///
    /// That an account knows the tag is enough: what the tag names now comes into its list after this
    /// (``WatchedRepositories``).
    static let movedTags = """
        INSERT INTO notifications (account, kind, subject, payload)
        SELECT subscriptions.account, 'tag_update', subscriptions.key, json_build_object(
            'curr_eval', json_build_array(coalesce(manifests.digest, tags.digest)),
            'last_eval', json_build_array(coalesce(former.image, former.digest)),
            'annotations', coalesce(account_images.annotations, '{}')::json)::text
        FROM run_images
            JOIN tags ON tags.repository_id = run_images.repository_id AND tags.name = run_images.tag
                AND tags.valid_until IS NULL AND tags.valid_from = now()
            JOIN repositories ON repositories.id = tags.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN subscriptions ON subscriptions.kind = 'tag_update' AND subscriptions.is_active
                AND subscriptions.key = \(tagKey("tags.name"))
            \(joinedAccount)
            LEFT JOIN manifests ON manifests.id = tags.manifest_id
            CROSS JOIN LATERAL (
                SELECT old.digest, old.manifest_id, named.digest AS image
                FROM tags AS old LEFT JOIN manifests AS named ON named.id = old.manifest_id
                WHERE old.repository_id = tags.repository_id AND old.name = tags.name AND old.valid_until IS NOT NULL
                ORDER BY old.valid_until DESC, old.id DESC LIMIT 1) AS former
            LEFT JOIN account_images ON account_images.account = subscriptions.account
                AND account_images.manifest_id = former.manifest_id
        WHERE run_images.run_id = $1 AND \(isHeard) AND \(isKnown("tags.name", of: "tags.repository_id"))
            AND coalesce(former.image, former.digest) <> coalesce(manifests.digest, tags.digest)
        ORDER BY subscriptions.account, subscriptions.key
        """

    /// Images whose analysis the run `$1` ended, with or without success.
    ///
    /// An image that fails run after run is told of once; that a run was cancelled, or failed itself, is no failure of its
    /// images. One that the fleet had analysed already counts where an account asked for it by name.
    static let analysedImages = """
        INSERT INTO notifications (account, kind, subject, payload)
        SELECT subscriptions.account, 'analysis_update', subscriptions.key, json_build_object(
            'curr_eval', json_build_object('analysis_status',
                CASE run_images.state WHEN 'failed' THEN 'analysis_failed' ELSE 'analyzed' END,
                'image_digest', manifests.digest, 'annotations', said.annotations),
            'last_eval', json_build_object('analysis_status', 'analyzing',
                'image_digest', manifests.digest, 'annotations', said.annotations),
            'annotations', said.annotations)::text
        FROM runs JOIN run_images ON run_images.run_id = runs.id
            JOIN repositories ON repositories.id = run_images.repository_id
            JOIN registries ON registries.id = repositories.registry_id
            JOIN manifests ON manifests.id = run_images.manifest_id
            JOIN subscriptions ON subscriptions.kind = 'analysis_update' AND subscriptions.is_active
                AND subscriptions.key = \(tagKey("run_images.tag"))
            \(joinedAccount)
            LEFT JOIN account_images ON account_images.account = subscriptions.account
                AND account_images.manifest_id = run_images.manifest_id
            CROSS JOIN LATERAL (SELECT coalesce(account_images.annotations, '{}')::json AS annotations) AS said
        WHERE runs.id = $1 AND \(isHeard)
            AND \(isSeen("run_images.manifest_id", as: "run_images.tag", of: "run_images.repository_id"))
            AND (run_images.state = 'analysed' OR run_images.state = 'reused' AND runs.origin = 'api'
                OR run_images.state = 'failed' AND NOT EXISTS (
                    SELECT FROM run_images AS before WHERE before.manifest_id = run_images.manifest_id
                        AND before.run_id < run_images.run_id AND before.state = 'failed'
                        AND coalesce(before.reason, '') NOT IN \(Store.reasonsOfRuns)
                        AND before.repository_id = run_images.repository_id AND before.tag = run_images.tag))
        ORDER BY subscriptions.account, subscriptions.key
        """

    /// An image that is judged otherwise than before: account `$1`, tag `$2`, payload `$3`.
    static let changedVerdict = """
        INSERT INTO notifications (account, kind, subject, payload)
        SELECT account, 'policy_eval', key, $3 FROM subscriptions
        WHERE account = $1 AND key = $2 AND kind = 'policy_eval' AND is_active AND \(isHeard)
        """
}
