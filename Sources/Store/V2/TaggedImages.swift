import Postgres
import ScanModel
import VEX

/// The tags that name some images now.
struct TaggedImages {
    /// One tag of an image.
    struct Tagged {
        let reference: String
        let identity: ImageIdentity
    }

    private var tags: [Int: [Tagged]] = [:]

    /// Reads the tags of the manifests with these numbers.
    init(_ session: PostgresSession, of images: [Int]) throws {
        guard !images.isEmpty else { return }
        for row in try session.execute(
            """
            SELECT tags.manifest_id,
                registries.host || '/' || repositories.name
                    || CASE WHEN tags.name LIKE 'sha256:%' THEN '@' ELSE ':' END || tags.name,
                registries.host, repositories.name, tags.name, tags.digest, manifests.digest, manifests.config_digest
            FROM tags JOIN manifests ON manifests.id = tags.manifest_id
                JOIN repositories ON repositories.id = tags.repository_id
                JOIN registries ON registries.id = repositories.registry_id
            WHERE tags.manifest_id = ANY($1::bigint[]) AND tags.valid_until IS NULL
            ORDER BY registries.host COLLATE "C", repositories.name COLLATE "C", tags.name COLLATE "C"
            """,
            [.intArray(images)]
        ) {
            tags[try row.int(0), default: []].append(
                Tagged(reference: try row.string(1), identity: try ImageIdentity(row, from: 2))
            )
        }
    }

    func references(of image: Int) -> [String] { (tags[image] ?? []).map(\.reference) }

    /// Why a flaw needs no work in an image: what is said of its first tag, where something is said of each.
    func suppression(_ verdict: PackageVerdict?, in image: Int) -> Suppression? {
        guard let verdict else { return nil }
        guard let named = tags[image], !named.isEmpty else {
            return verdict.suppression(in: ImageIdentity(reference: nil, digests: []))
        }
        var first: Suppression?
        for tag in named {
            guard let suppression = verdict.suppression(in: tag.identity) else { return nil }
            first = first ?? suppression
        }
        return first
    }
}
