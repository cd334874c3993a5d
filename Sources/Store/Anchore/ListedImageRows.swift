import AnchoreAPI
import Postgres

/// Reads images with their tags as an account sees them: one statement, whose rows are the images' tags,
/// and one for Dockerfiles where there are any.
///
/// Each table is bounded by the images' numbers itself, so that however many they are, each is read along its index
/// and joined in order, where a look-up an image would cost five times as much.
struct ListedImageRows {
    enum Bounds {
        case range(Range<Int>)
        case numbers([Int])
    }

    private let bounds: Bounds
    private let scope: AccountScope
    private let includingDeleted: Bool
    private let withDockerfiles: Bool

    init(_ bounds: Bounds, _ scope: AccountScope, includingDeleted: Bool, withDockerfiles: Bool) {
        self.bounds = bounds
        self.scope = scope
        self.includingDeleted = includingDeleted
        self.withDockerfiles = withDockerfiles
    }

    /// The images, the highest number first, each with its tags, the newest first.
    ///
    /// An image without a tag that the account knows is none of its own.
    func read(_ session: PostgresSession) throws -> [ListedImage] {
        if case .numbers(let numbers) = bounds, numbers.isEmpty { return [] }
        var images: [ListedImage] = []
        var given: [Int: Int] = [:]
        func add(_ image: (row: PostgresRow, number: Int, tags: [TagRecord])) throws {
            if try image.row.bool(13) { given[image.number] = images.count }
            images.append(try self.image(image.row, image.number, image.tags))
        }
        var seen: Set<String> = []
        var current: (row: PostgresRow, number: Int, tags: [TagRecord])?
        for row in try rows(session) {
            let number = try row.int(0)
            let tag = try Self.tag(row)
            guard var image = current, image.number == number else {
                if let current { try add(current) }
                current = (row, number, [tag])
                continue
            }
            current = nil
            // A tag that left the image and came back is one.
            if image.tags.count == 1 { seen = [image.tags[0].fulltag] }
            if seen.insert(tag.fulltag).inserted { image.tags.append(tag) }
            current = image
        }
        if let current { try add(current) }
        if withDockerfiles, !given.isEmpty { try addDockerfiles(&images, given, session) }
        return images
    }

    /// Reads Dockerfiles once an image: beside its tags, a large one would be read as often as the image has tags.
    ///
    /// `given` has the places of the images that have one, by their numbers.
    private func addDockerfiles(
        _ images: inout [ListedImage],
        _ given: [Int: Int],
        _ session: PostgresSession
    ) throws {
        for row in try session.execute(
            "SELECT manifest_id, dockerfile FROM account_images WHERE account = $1 AND manifest_id = ANY($2::bigint[])",
            [.text(scope.account), .intArray(given.keys.sorted())]
        ) {
            guard let place = given[try row.int(0)] else { continue }
            images[place].record.dockerfile = try row.optionalBytes(1)
        }
    }

    private func rows(_ session: PostgresSession) throws -> PostgresRows {
        switch bounds {
        // How wide a range is decides how it is read: it is planned each time.
        case .range: try session.execute(statement, parameters)
        case .numbers: try session.executeKept(statement, parameters)
        }
    }

    private var parameters: [PostgresValue] {
        switch bounds {
        case .range(let range): [.text(scope.account), .int(range.lowerBound), .int(range.upperBound)]
        case .numbers(let numbers):
            [.text(scope.account), numbers.count == 1 ? .int(numbers[0]) : .intArray(numbers)]
        }
    }

    private func within(_ column: String) -> String {
        switch bounds {
        case .range: "\(column) >= $2::bigint AND \(column) < $3::bigint"
        // Of one image PostgreSQL keeps its plan; of arrays it makes a new one each time, which takes longer than reading.
        case .numbers(let numbers): numbers.count == 1 ? "\(column) = $2::bigint" : "\(column) = ANY($2::bigint[])"
        }
    }

    private var statement: String {
        let own = """
            AND EXISTS (SELECT FROM account_tags WHERE account_tags.account = $1
                AND account_tags.repository_id = tags.repository_id AND account_tags.name = tags.name)
            """
        return """
            SELECT manifests.id, manifests.digest, \(Self.statusColumn), image_analyses.analyzed_at,
                account_images.created_at, account_images.last_updated, account_images.annotations,
                manifests.config_digest, distros.distro_id, distros.version_id, coalesce(manifests.size, 0),
                coalesce(manifests.layer_count, 0), manifests.platform, account_images.dockerfile IS NOT NULL,
                registries.host, repositories.name, tags.name, tags.digest, tags.valid_from, tags.valid_until IS NULL
            FROM manifests JOIN tags ON tags.manifest_id = manifests.id AND \(within("tags.manifest_id"))
                JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
                LEFT JOIN account_images ON account_images.manifest_id = manifests.id
                    AND account_images.account = $1 AND \(within("account_images.manifest_id"))
                LEFT JOIN image_analyses ON image_analyses.manifest_id = manifests.id
                    AND \(within("image_analyses.manifest_id"))
                LEFT JOIN distros ON distros.id = image_analyses.distro
            WHERE \(within("manifests.id")) \(scope.seesFleet ? "" : "AND account_images.is_listed IS NOT NULL \(own)")
                \(includingDeleted ? "" : "AND account_images.is_listed IS NOT FALSE")
            ORDER BY manifests.id DESC,
                tags.valid_from DESC, registries.host, repositories.name, tags.name, tags.id DESC
            """
    }

    /// How far the analysis of the image is: one that is there counts, whatever became of the image since.
    ///
    /// A run that was cancelled, or failed itself, says something only where there was no other.
    private static let statusColumn = """
        CASE WHEN image_analyses.manifest_id IS NOT NULL THEN 'analyzed' ELSE coalesce((
            SELECT CASE WHEN run_images.state IN ('failed', 'unsupported', 'gone') THEN 'analysis_failed'
                WHEN EXISTS (SELECT FROM tasks WHERE tasks.kind = 'inventory' AND tasks.subject_id = manifests.id)
                    OR EXISTS (SELECT FROM manifest_layers JOIN tasks ON tasks.kind = 'layer'
                        AND tasks.subject_id = manifest_layers.layer_id AND tasks.state IN ('leased', 'done')
                    WHERE manifest_layers.manifest_id = manifests.id)
                THEN 'analyzing' ELSE 'not_analyzed' END
            FROM run_images WHERE run_images.manifest_id = manifests.id
            ORDER BY coalesce(run_images.reason, '') IN \(Store.reasonsOfRuns), run_images.run_id DESC LIMIT 1),
            'not_analyzed') END
        """

    private static func tag(_ row: PostgresRow) throws -> TagRecord {
        TagRecord(
            registry: try row.string(14),
            repository: try row.string(15),
            tag: try row.string(16),
            digest: try row.string(17),
            detectedAt: RecordTime.shown(try row.string(18)),
            isCurrent: try row.bool(19)
        )
    }

    private func image(_ row: PostgresRow, _ number: Int, _ tags: [TagRecord]) throws -> ListedImage {
        let firstSeen = tags.last?.detectedAt ?? ""
        let analyzedAt = try row.optionalString(3).map(RecordTime.shown)
        let platform = try row.string(12).utf8.split(separator: UInt8(ascii: "/"), maxSplits: 2)
        return ListedImage(
            number: number,
            record: ImageRecord(
                digest: try row.string(1),
                account: scope.account,
                status: AnalysisStatus(rawValue: try row.string(2)) ?? .notAnalyzed,
                analyzedAt: analyzedAt,
                createdAt: try row.optionalString(4).map(RecordTime.shown) ?? firstSeen,
                updatedAt: try row.optionalString(5).map(RecordTime.shown) ?? analyzedAt ?? firstSeen,
                annotations: try row.optionalString(6),
                imageID: Self.hexadecimal(of: try row.string(7)),
                distro: try row.optionalString(8),
                distroVersion: try row.optionalString(9),
                size: try row.int(10),
                layers: try row.int(11),
                architecture: platform.count > 1 ? String(Substring(platform[1])) : "amd64",
                dockerfile: nil,
                tags: tags
            )
        )
    }

    /// What stands behind the algorithm of a digest.
    private static func hexadecimal(of digest: String) -> String {
        guard let colon = digest.utf8.lastIndex(of: UInt8(ascii: ":")) else { return digest }
        return String(digest[digest.utf8.index(after: colon)...])
    }
}
