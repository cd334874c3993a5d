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
    static func seconds(_ column: String) -> String { "extract(epoch FROM \(column))::bigint" }

    /// The distinct packages of the image `$1` whose findings count, as `held(package_id)`.
    static let packagesOfImage = """
        (SELECT listed.package_id
        FROM image_sets JOIN package_sets ON package_sets.id = set_id
            CROSS JOIN LATERAL unnest(package_ids) AS listed(package_id)
            JOIN packages ON packages.id = listed.package_id
        WHERE manifest_id = $1 AND (packages.owner IS NOT NULL OR NOT listed.package_id = ANY(owned_ids))) AS held
        """

    /// The images that hold one of the packages `$1`, as rows of package and image; with `exposed`, where the package's
    /// findings count: what a package manager brought always does.
    static func holders(exposed: Bool) -> String {
        let counts = """
            AND (packages.owner IS NOT NULL OR packages.type IN ('deb', 'apk', 'rpm', 'alpm', 'portage')
                OR NOT packages.id = ANY(owned_ids))
            """
        return """
            SELECT packages.id, image_sets.manifest_id
            FROM packages JOIN package_sets ON package_sets.package_ids @> ARRAY[packages.id::integer]
                JOIN image_sets ON set_id = package_sets.id
            WHERE packages.id = ANY($1::bigint[]) \(exposed ? counts : "")
            """
    }
}
