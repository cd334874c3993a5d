import AnchoreAPI
import Postgres

extension Store {
    /// Tells the account, and subscribers, that an image is judged otherwise than before, in the transaction that keeps the
    /// verdict.
    static func tell(
        _ judged: JudgedImage,
        _ question: EvaluationQuestion,
        before: FormerVerdict,
        _ session: PostgresSession
    ) throws {
        let image = try session.execute(
            """
            SELECT manifests.digest, coalesce(account_images.annotations, '{}')
            FROM manifests LEFT JOIN account_images ON account_images.manifest_id = manifests.id
                AND account_images.account = $2
            WHERE manifests.id = $1
            """,
            [.int(judged.subject.manifest), .text(question.account)]
        ).first
        guard let image else { return }
        let digest = try image.string(0)
        func verdict(_ policyID: String, _ action: GateAction) -> JSONValue {
            [
                "image_digest": .string(digest), "tag": .string(judged.subject.tag), "policy_id": .string(policyID),
                "final_action": .string(action.rawValue), "status": .string(action.status.rawValue),
            ]
        }
        let members = [
            JSONMember("curr_eval", verdict(question.policyID, judged.finalAction)),
            JSONMember("last_eval", verdict(before.policyID, before.action)),
            JSONMember("annotations", .text(try image.string(1))),
        ]
        try note(
            EventRecord(
                .policyEvaluation,
                account: question.account,
                resourceID: judged.subject.tag,
                service: "policy_engine",
                host: "tallyman",
                details: .object(members + [JSONMember("subscription_type", "policy_eval")])
            ),
            session
        )
        _ = try session.execute(
            NotificationFacts.changedVerdict,
            [
                .text(question.account), .text(judged.subject.tag),
                .text(String(decoding: JSONValue.object(members).bytes, as: UTF8.self)),
            ]
        )
    }

    /// Active wishes to hear of verdicts, in the order of account and key, from after `last`.
    package func watchedVerdicts(after last: (account: String, key: String), limit: Int) async throws
        -> [(account: String, key: String, seesFleet: Bool)]
    {
        try await pool.run { session in
            try session.execute(
                """
                SELECT subscriptions.account, subscriptions.key, accounts.kind = 'admin'
                FROM subscriptions JOIN accounts ON accounts.name = subscriptions.account
                WHERE subscriptions.kind = 'policy_eval' AND is_active AND accounts.state = 'enabled'
                    AND (subscriptions.account, subscriptions.key) > ($1, $2)
                ORDER BY subscriptions.account, subscriptions.key LIMIT $3
                """,
                [.text(last.account), .text(last.key), .int(limit)]
            ).map { (try $0.string(0), try $0.string(1), try $0.bool(2)) }
        }
    }

    /// A text that changes with most of what verdicts of the fleet depend on, and each day.
    ///
    /// Those are advisories and when they were renewed, runs, bundles, exceptions, wishes, and the times at which verdicts
    /// end. What else they depend on, as a Dockerfile, counts on the next day at the latest.
    package func verdictBasis() async throws -> String {
        try await pool.run { session in
            try session.execute(
                """
                SELECT concat_ws('/', (SELECT max(id) FROM advisory_states), (SELECT max(finished_at) FROM runs),
                    (SELECT min(coalesce(checked_at, imported_at)) FROM advisory_providers),
                    (SELECT max(valid_until) FROM policy_evaluations WHERE valid_until <= now()),
                    (SELECT EXISTS (SELECT FROM waiting_packages)),
                    (SELECT count(*) || '-' || max(last_updated) FROM policy_bundles),
                    (SELECT count(*) || '-' || coalesce(max(id), 0) FROM exceptions),
                    (SELECT count(*) || '-' || coalesce(max(id), 0) FROM vex_documents),
                    (SELECT count(*) || '-' || max(last_updated) FROM subscriptions WHERE kind = 'policy_eval'),
                    to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
                """
            ).first?.string(0) ?? ""
        }
    }
}
