import Advisories
import Foundation
package import Matching
import Postgres
package import ScanModel

extension Store {
    /// Until when, and how far, the distribution answers for the release of `distro`.
    package func support(of distro: Distro) async throws -> DistroSupport {
        try await pool.run { session in try Self.support(of: distro, session) }
    }

    /// The last day of the ordinary support of each release in the fleet, by the name that reports give it: `debian-12`.
    static func endsOfSupport(_ session: PostgresSession) throws -> [String: String] {
        var ends: [String: String] = [:]
        for row in try session.execute(
            "SELECT DISTINCT distro_id, version_id, name, codename, id_like FROM distros ORDER BY 1, 2, 3, 4, 5"
        ) {
            let distro = Distro(
                id: try row.string(0),
                versionID: try row.string(1),
                name: try row.string(2),
                idLike: try row.strings(4),
                codename: try row.optionalString(3)
            )
            let name = distro.versionID.isEmpty ? distro.id : "\(distro.id)-\(distro.versionID)"
            guard ends[name] == nil else { continue }
            ends[name] = try support(of: distro, session).endOfLife
        }
        return ends
    }

    private static func support(of distro: Distro, _ session: PostgresSession) throws -> DistroSupport {
        let decoder = JSONDecoder()
        return DistroSupport(
            try session.execute(
                "SELECT payload FROM advisory_support WHERE ecosystem = ANY($1) ORDER BY ecosystem, payload",
                [.textArray(DistroSupport.keys(of: distro))]
            ).map { try decoder.decode(SupportStatement.self, from: Data(try $0.string(0).utf8)) }
        )
    }
}
