import Advisories
import Foundation
package import Matching
import Postgres
package import ScanModel

extension Store {
    /// Until when, and how far, the distribution answers for the release of `distro`.
    package func support(of distro: Distro) async throws -> DistroSupport {
        let keys = DistroSupport.keys(of: distro)
        return try await pool.run { session in
            let decoder = JSONDecoder()
            return DistroSupport(
                try session.execute(
                    "SELECT payload FROM advisory_support WHERE ecosystem = ANY($1) ORDER BY ecosystem, payload",
                    [.textArray(keys)]
                ).map { try decoder.decode(SupportStatement.self, from: Data(try $0.string(0).utf8)) }
            )
        }
    }
}
