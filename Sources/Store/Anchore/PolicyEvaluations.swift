package import AnchoreAPI
import Codecs
import Crypto
import Postgres

/// What an evaluation is kept under, beside the bundle.
package struct EvaluationSubject: Sendable, Hashable {
    package var manifest: Int
    package var tag: String

    package init(manifest: Int, tag: String) {
        self.manifest = manifest
        self.tag = tag
    }
}

/// An evaluation that is kept, by its number.
package struct KeptEvaluation: Sendable {
    package var id: Int
    package var isPass: Bool
}

/// What an image came to, ready to be kept; making it is CPU work.
package struct JudgedImage: Sendable {
    package let subject: EvaluationSubject
    package let isPass: Bool
    package let finalAction: GateAction
    let basis: String
    /// From when on it no longer counts, in seconds since 1970; `nil` for never.
    let validUntil: Int?
    /// When what it was made of was read, in microseconds since 1970.
    let readAt: Int
    /// The last second that the database has a time for.
    private static let lastSecond = 253_402_300_799
    let digest: [UInt8]
    let compressed: [UInt8]

    package init(
        _ subject: EvaluationSubject,
        _ outcome: PolicyOutcome,
        detail: [UInt8],
        basis: String,
        validUntil: Int?,
        readAt: Int
    ) throws {
        self.subject = subject
        isPass = outcome.isPass
        finalAction = outcome.finalAction
        self.basis = basis
        self.validUntil = validUntil.flatMap { $0 <= Self.lastSecond ? $0 : nil }
        self.readAt = readAt
        digest = Array(SHA256.hash(data: detail))
        compressed = try Zstd.compress(detail)
    }
}

extension Store {
    /// A stored detail does not expand beyond this, 256 MiB.
    private static let maxDetailBytes = 256 << 20

    /// The evaluations that still hold: of the same bundle, made of what there is now, and not out of date.
    ///
    /// One by the active bundle that says otherwise than the active bundle last did is made anew: somebody may have to be told.
    package func standing(
        _ subjects: [EvaluationSubject],
        _ question: EvaluationQuestion
    ) async throws -> [EvaluationSubject: KeptEvaluation] {
        try await pool.transaction(isolation: .repeatableRead) { session in
            let bases = try EvaluationBases(session, of: Set(subjects.map(\.manifest)).sorted(), question)
            var standing: [EvaluationSubject: KeptEvaluation] = [:]
            for row in try session.execute(
                """
                SELECT \(Self.askedColumns), newest.id, newest.is_pass, newest.basis
                FROM \(Self.newestOfAsked)
                    LEFT JOIN LATERAL (SELECT final_action FROM active_verdicts
                        WHERE manifest_id = asked.manifest_id AND account = $1 AND tag = asked.tag LIMIT 1)
                        AS verdict ON true
                WHERE newest.bundle_digest = $5 AND (newest.valid_until IS NULL OR newest.valid_until > to_timestamp($6))
                    AND (NOT \(ActiveVerdicts.isActive(digest: "$5")) OR verdict.final_action = newest.final_action)
                """,
                Self.asked(subjects, question) + [.text(question.bundleDigest), .int(bases.moment.seconds)]
            ) {
                let subject = EvaluationSubject(manifest: try row.int(0), tag: try row.string(1))
                guard try row.string(4) == bases.texts[subject.manifest] else { continue }
                standing[subject] = KeptEvaluation(id: try row.int(2), isPass: try row.bool(3))
            }
            return standing
        }
    }

    private static let askedColumns = "asked.manifest_id, asked.tag"

    /// The newest evaluation of each image and tag, by ``asked(_:_:)``, as `asked` and `newest`.
    private static let newestOfAsked = """
        unnest($3::bigint[], $4::text[]) AS asked(manifest_id, tag)
            CROSS JOIN LATERAL (SELECT * FROM policy_evaluations
                WHERE account = $1 AND policy_id = $2 AND manifest_id = asked.manifest_id AND tag = asked.tag
                ORDER BY id DESC LIMIT 1) AS newest
        """

    private static func asked(_ subjects: [EvaluationSubject], _ question: EvaluationQuestion) -> [PostgresValue] {
        [
            .text(question.account), .text(question.policyID), .intArray(subjects.map(\.manifest)),
            .textArray(subjects.map(\.tag)),
        ]
    }

    /// Evaluations by their numbers; those that are gone are left out.
    package func evaluations(_ ids: [Int]) async throws -> [Int: EvaluationRecord] {
        let rows = try await pool.run { session in
            try session.execute(
                "SELECT \(Self.evaluationColumns) FROM policy_evaluations WHERE id = ANY($1::bigint[])",
                [.intArray(ids)]
            )
        }
        return Dictionary(try rows.map { (try $0.int(0), try Self.evaluation($0)) }) { first, _ in first }
    }

    /// The evaluations of an image under a bundle's id, the newest first.
    package func evaluations(
        _ subject: EvaluationSubject,
        account: String,
        policyID: String,
        limit: Int
    ) async throws -> [EvaluationRecord] {
        let rows = try await pool.run { session in
            try session.execute(
                """
                SELECT \(Self.evaluationColumns) FROM policy_evaluations
                WHERE account = $1 AND manifest_id = $2 AND tag = $3 AND policy_id = $4
                ORDER BY id DESC LIMIT $5
                """,
                [.text(account), .int(subject.manifest), .text(subject.tag), .text(policyID), .int(limit)]
            )
        }
        return try rows.map(Self.evaluation)
    }

    private static let evaluationColumns = """
        id, policy_id, is_pass, \(AnchoreSQL.time("evaluated_at")), \(AnchoreSQL.seconds("evaluated_at")),
            \(AnchoreSQL.seconds("created_at")), detail
        """

    private static func evaluation(_ row: PostgresRow) throws -> EvaluationRecord {
        EvaluationRecord(
            policyID: try row.string(1),
            isPass: try row.bool(2),
            evaluatedAt: try row.string(3),
            evaluatedSeconds: try row.int(4),
            createdSeconds: try row.int(5),
            detail: String(
                decoding: try Zstd.decompress(try row.bytes(6), maxBytes: maxDetailBytes),
                as: UTF8.self
            )
        )
    }

    /// Keeps what images came to: a new row where that differs from the last one, else the last one is renewed.
    ///
    /// Where somebody has kept what was read later, that stays the last one. A fixed number of statements, but for the
    /// notices of verdicts that changed: by the active bundle, from what the active bundle said last, whichever it was then.
    /// What another bundle says is an answer to whoever asked, and no news. Returns what is the last one now; an image that is
    /// gone has none.
    package func keep(
        _ judged: [JudgedImage],
        _ question: EvaluationQuestion
    ) async throws -> [EvaluationSubject: KeptEvaluation] {
        try await pool.transaction { session in
            let present = Set(
                try session.execute(
                    "SELECT id FROM manifests WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE",
                    [.intArray(Set(judged.map(\.subject.manifest)).sorted())]
                ).map { try $0.int(0) }
            )
            let judged = judged.filter { present.contains($0.subject.manifest) }
            let last = try Self.last(judged.map(\.subject), question, session)
            let verdicts = try ActiveVerdicts(session, of: judged.map(\.subject), question)
            var kept: [EvaluationSubject: KeptEvaluation] = [:]
            var (same, other): ([(id: Int, image: JudgedImage)], [JudgedImage]) = ([], [])
            for image in judged {
                if let known = last[image.subject], known.bundle == question.bundleDigest {
                    let isNewer = known.readAt.map { $0 > image.readAt } ?? false
                    if isNewer || known.digest == image.digest {
                        kept[image.subject] = KeptEvaluation(id: known.id, isPass: known.isPass)
                        if !isNewer { same.append((known.id, image)) }
                        continue
                    }
                }
                other.append(image)
            }
            try Self.renew(same, session)
            for (subject, evaluation) in try Self.insert(other, question, session) { kept[subject] = evaluation }
            let current = same.map(\.image) + other
            for image in current {
                guard let former = verdicts[image.subject], former.action != image.finalAction else { continue }
                try Self.tell(image, question, before: former, session)
            }
            try verdicts.keep(current)
            return kept
        }
    }

    private struct Last {
        let id: Int
        let digest: [UInt8]
        let bundle: String
        let isPass: Bool
        /// `nil` where it is in the future, as after a clock was set back.
        let readAt: Int?
    }

    private static func last(
        _ subjects: [EvaluationSubject],
        _ question: EvaluationQuestion,
        _ session: PostgresSession
    ) throws -> [EvaluationSubject: Last] {
        var last: [EvaluationSubject: Last] = [:]
        for row in try session.execute(
            """
            SELECT \(askedColumns), newest.id, newest.outcome_digest, newest.bundle_digest, newest.is_pass,
                CASE WHEN newest.evaluated_at <= clock_timestamp()
                    THEN (extract(epoch FROM newest.evaluated_at) * 1000000)::bigint END
            FROM \(newestOfAsked)
            """,
            asked(subjects, question)
        ) {
            last[EvaluationSubject(manifest: try row.int(0), tag: try row.string(1))] = Last(
                id: try row.int(2),
                digest: try row.bytes(3),
                bundle: try row.string(4),
                isPass: try row.bool(5),
                readAt: try row.optionalInt(6)
            )
        }
        return last
    }

    private static func renew(_ images: [(id: Int, image: JudgedImage)], _ session: PostgresSession) throws {
        guard !images.isEmpty else { return }
        _ = try session.execute(
            """
            UPDATE policy_evaluations AS known
            SET evaluated_at = \(readTime), basis = given.basis, valid_until = to_timestamp(given.valid_until)
            FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS given(id, basis, valid_until, read_at)
            WHERE known.id = given.id
            """,
            [
                .intArray(images.map(\.id)), .textArray(images.map(\.image.basis)),
                .optionalInt64Array(images.map { $0.image.validUntil.map { Int64($0) } }),
                .intArray(images.map(\.image.readAt)),
            ]
        )
    }

    /// When an evaluation counts as made: when what it was made of was read, to the microsecond.
    private static let readTime = "'epoch'::timestamptz + given.read_at * interval '1 microsecond'"

    private static func insert(
        _ images: [JudgedImage],
        _ question: EvaluationQuestion,
        _ session: PostgresSession
    ) throws -> [(EvaluationSubject, KeptEvaluation)] {
        guard !images.isEmpty else { return [] }
        return try session.execute(
            """
            INSERT INTO policy_evaluations (account, policy_id, bundle_digest, manifest_id, tag, basis, is_pass,
                final_action, valid_until, outcome_digest, detail, created_at, evaluated_at)
            SELECT $1, $2, $3, manifest_id, tag, basis, is_pass, final_action, to_timestamp(valid_until), outcome_digest,
                detail, \(readTime), \(readTime)
            FROM unnest($4::bigint[], $5::text[], $6::text[], $7::boolean[], $8::text[], $9::bigint[], $10::bytea[],
                $11::bytea[], $12::bigint[])
                AS given(manifest_id, tag, basis, is_pass, final_action, valid_until, outcome_digest, detail, read_at)
            RETURNING manifest_id, tag, id, is_pass
            """,
            [
                .text(question.account), .text(question.policyID), .text(question.bundleDigest),
                .intArray(images.map(\.subject.manifest)), .textArray(images.map(\.subject.tag)),
                .textArray(images.map(\.basis)), .boolArray(images.map(\.isPass)),
                .textArray(images.map(\.finalAction.rawValue)),
                .optionalInt64Array(images.map { $0.validUntil.map { Int64($0) } }),
                .bytesArray(images.map(\.digest)), .bytesArray(images.map(\.compressed)),
                .intArray(images.map(\.readAt)),
            ]
        ).map { row in
            (
                EvaluationSubject(manifest: try row.int(0), tag: try row.string(1)),
                KeptEvaluation(id: try row.int(2), isPass: try row.bool(3))
            )
        }
    }
}
