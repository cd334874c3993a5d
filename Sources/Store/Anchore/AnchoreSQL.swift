/// Pieces of statements that answers of the API share.
enum AnchoreSQL {
    /// A time as API records show it, `YYYY-MM-DDTHH:MM:SSZ`.
    static func time(_ column: String) -> String {
        #"to_char(\#(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#
    }

    /// The same with microseconds.
    static func exactTime(_ column: String) -> String {
        #"to_char(\#(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#
    }

    /// A time as whole seconds since 1970.
    ///
    /// By `date_part`, whose floating point takes a fifth of the time of `extract`'s decimals: an image has thousands.
    static func seconds(_ column: String) -> String { "date_part('epoch', \(column))::bigint" }

    /// The distinct packages of the image `$1` whose findings count, as `held(package_id)`.
    static let packagesOfImage = """
        (SELECT listed.package_id
        FROM image_sets JOIN package_sets ON package_sets.id = set_id
            CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
            JOIN packages ON packages.id = listed.package_id
        WHERE manifest_id = $1 AND (packages.owner IS NOT NULL OR NOT listed.package_id = ANY(owned_ids))) AS held
        """

    /// The sets that hold one of the packages `$1`, as rows of set and package; with `exposed`, where the package's
    /// findings count: what a package manager brought always does.
    ///
    /// A look-up in the index for each package: the planner takes a list of them for half of all sets, and reads them all.
    static func sets(exposed: Bool) -> String {
        let counts = """
            AND (packages.owner IS NOT NULL OR packages.type IN ('deb', 'apk', 'rpm', 'alpm', 'portage')
                OR NOT packages.id = ANY(sets.owned_ids))
            """
        return """
            SELECT sets.id, packages.id
            FROM packages CROSS JOIN LATERAL (
                SELECT id, owned_ids FROM package_sets WHERE package_ids @> ARRAY[packages.id::integer] OFFSET 0) AS sets
            WHERE packages.id = ANY($1::bigint[]) \(exposed ? counts : "")
            """
    }

    /// The images that hold each of the sets `$1`, as rows of the set's place in `$1`, from 1, and the images.
    static let imagesOfSets = """
        SELECT wanted.place, held.images
        FROM unnest($1::integer[]) WITH ORDINALITY AS wanted(set_id, place) CROSS JOIN LATERAL (
            SELECT array_agg(manifest_id) AS images FROM image_sets WHERE set_id = wanted.set_id) AS held
        WHERE held.images IS NOT NULL
        """
}
