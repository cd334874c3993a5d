import HTTPTypes
import Hummingbird
import Reports

/// One thing that has to be well for a process to be ready.
package struct HealthCheck: Sendable {
    /// How long the answer may take; what takes longer is not well.
    private static let limit = Duration.seconds(2)

    package let name: String
    private let probe: @Sendable () async throws -> Void

    /// `probe` throws where it is not well, with the reason.
    package init(_ name: String, _ probe: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.probe = probe
    }

    /// `ok`, or the reason why not.
    func state() async -> String {
        do {
            try await Bounded.run(Self.limit, probe)
            return "ok"
        } catch { return "\(error)" }
    }

    /// Asks all at the same time and answers 200 where all is well, 503 otherwise, with each one's state.
    ///
    /// `only` names the checks that are wanted, separated by commas; nil for all.
    static func answer(_ checks: [HealthCheck], only: String? = nil) async -> Response {
        let wanted = only.map { Set($0.split(separator: ",").map(String.init)) }
        let chosen = checks.filter { wanted?.contains($0.name) ?? true }
        let states = await withTaskGroup(of: (String, String).self) { group in
            for check in chosen { group.addTask { (check.name, await check.state()) } }
            return await group.reduce(into: [String: String]()) { $0[$1.0] = $1.1 }
        }
        let isWell = !states.isEmpty && states.values.allSatisfy { $0 == "ok" }
        let bytes = (try? ReportJSON.encode(states)) ?? []  // a map of texts always encodes
        return Response(
            status: isWell ? .ok : .serviceUnavailable,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
