import Foundation
import Licenses
import Postgres
import ScanModel

/// The licences that the evidence of a package states, as they are stored.
struct LicenseSet: Hashable {
    /// Licences of one set, and bytes of one licence: more are texts and not names.
    private static let maxCount = 64
    private static let maxBytes = 512

    /// Sorted, each once.
    let declared: [String]

    /// `nil` where the package states none.
    init?(of package: Package) {
        let stated = package.licenses.filter { !$0.isEmpty }.map { StorableText.cut($0, atMost: Self.maxBytes) }
        guard !stated.isEmpty else { return nil }
        declared = Array(Set(stated).sorted().prefix(Self.maxCount))
    }

    /// The single licences: those that expressions are made of, and names that are no expressions as they are.
    var licenses: [String] {
        let single = declared.flatMap { declared -> [String] in
            guard let expression = LicenseExpression.normalized(declared) else { return [declared] }
            return expression.licenses.map { license in
                license.id + (license.orLater ? "+" : "") + (license.exception.map { " WITH \($0)" } ?? "")
            }
        }
        return Array(Set(single)).sorted()
    }

    var fingerprint: [UInt8] { DistinctPackage.hash(declared) }
}

extension Store {
    /// Stores the sets that are new to the fleet, in the order of their fingerprints as all who write here do.
    ///
    /// Those that are known are passed over before a number is drawn for them: they come with every image.
    static func add(_ sets: Set<LicenseSet>, _ session: PostgresSession) throws {
        guard !sets.isEmpty else { return }
        let sorted = sets.map { ($0.fingerprint, $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        _ = try session.execute(
            """
            INSERT INTO license_sets (fingerprint, declared, licenses)
            SELECT given.fingerprint,
                ARRAY(SELECT text FROM jsonb_array_elements_text(given.declared::jsonb) WITH ORDINALITY
                    AS one(text, place) ORDER BY place),
                ARRAY(SELECT text FROM jsonb_array_elements_text(given.licenses::jsonb) WITH ORDINALITY
                    AS one(text, place) ORDER BY place)
            FROM unnest($1::bytea[], $2::text[], $3::text[]) AS given(fingerprint, declared, licenses)
            WHERE NOT EXISTS (SELECT FROM license_sets AS known WHERE known.fingerprint = given.fingerprint)
            ORDER BY given.fingerprint
            ON CONFLICT (fingerprint) DO NOTHING
            """,
            [
                .bytesArray(sorted.map(\.0)), .textArray(try sorted.map { try json($0.1.declared) }),
                .textArray(try sorted.map { try json($0.1.licenses) }),
            ]
        )
    }

    private static func json(_ texts: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    }
}
