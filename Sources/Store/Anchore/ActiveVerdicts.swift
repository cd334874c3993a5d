import AnchoreAPI
import Postgres

/// What an image came to before, and by which bundle.
struct FormerVerdict {
    let policyID: String
    let action: GateAction
}

/// What images last came to by the bundle that was an account's active one, whichever that was.
///
/// A question about another bundle neither reads nor changes it.
struct ActiveVerdicts {
    private let session: PostgresSession
    private let question: EvaluationQuestion
    private let isActive: Bool
    private var former: [EvaluationSubject: FormerVerdict] = [:]

    /// Whether the bundle `$2` of the account `$1` is the active one, with the content of the digest that a parameter has.
    static func isActive(digest: String) -> String {
        """
        (SELECT EXISTS (SELECT FROM policy_bundles
            WHERE account = $1 AND policy_id = $2 AND digest = \(digest) AND is_active))
        """
    }

    init(_ session: PostgresSession, of subjects: [EvaluationSubject], _ question: EvaluationQuestion) throws {
        self.session = session
        self.question = question
        let answer = try session.execute(
            "SELECT \(Self.isActive(digest: "$3"))",
            [.text(question.account), .text(question.policyID), .text(question.bundleDigest)]
        )
        isActive = try answer.first?.bool(0) ?? false
        guard isActive else { return }
        for row in try session.execute(
            """
            SELECT verdict.manifest_id, verdict.tag, verdict.policy_id, verdict.final_action
            FROM unnest($2::bigint[], $3::text[]) AS asked(manifest_id, tag)
                JOIN active_verdicts AS verdict ON verdict.manifest_id = asked.manifest_id AND verdict.account = $1
                    AND verdict.tag = asked.tag
            """,
            [.text(question.account), .intArray(subjects.map(\.manifest)), .textArray(subjects.map(\.tag))]
        ) {
            guard let action = GateAction(rawValue: try row.string(3)) else { continue }
            former[EvaluationSubject(manifest: try row.int(0), tag: try row.string(1))] = FormerVerdict(
                policyID: try row.string(2),
                action: action
            )
        }
    }

    subscript(subject: EvaluationSubject) -> FormerVerdict? { former[subject] }

    /// Keeps what images come to now.
    func keep(_ images: [JudgedImage]) throws {
        guard isActive else { return }
        let changed = images.filter {
            former[$0.subject]?.action != $0.finalAction || former[$0.subject]?.policyID != question.policyID
        }
        guard !changed.isEmpty else { return }
        _ = try session.execute(
            """
            INSERT INTO active_verdicts (manifest_id, account, tag, policy_id, final_action)
            SELECT given.manifest_id, $1, given.tag, $2, given.final_action
            FROM unnest($3::bigint[], $4::text[], $5::text[]) AS given(manifest_id, tag, final_action)
            ORDER BY given.manifest_id, given.tag
            ON CONFLICT (manifest_id, account, tag) DO UPDATE
                SET policy_id = excluded.policy_id, final_action = excluded.final_action
            """,
            [
                .text(question.account), .text(question.policyID), .intArray(changed.map(\.subject.manifest)),
                .textArray(changed.map(\.subject.tag)), .textArray(changed.map(\.finalAction.rawValue)),
            ]
        )
    }
}
