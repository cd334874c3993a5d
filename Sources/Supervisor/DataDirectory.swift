import Foundation

/// The folder of `tallyman up`: its database, its logs, its lock and where its servers are.
package struct DataDirectory: Sendable {
    /// The absolute path.
    package let path: String

    /// Names a folder; nothing is made yet.
    package init(path: String) {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The folder that is used when none is named: `/var/lib/tallyman` for root, else `tallyman` among the user's data.
    package static func defaultPath() -> String {
        guard geteuid() != 0 else { return "/var/lib/tallyman" }
        let environment = ProcessInfo.processInfo.environment
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return "\(data)/tallyman" }
        return "\(environment["HOME"] ?? NSHomeDirectory())/.local/share/tallyman"
    }

    /// Where the servers of the `tallyman up` on this folder are.
    ///
    /// - Throws: `notRunning` with the remedy when there is none, `unusableFolder` when its file cannot be read.
    package static func endpoints(dir: String) throws -> Endpoints {
        let directory = DataDirectory(path: dir)
        let remedy = "start `tallyman up --data-dir \(directory.path)`, or give --postgres and --redis"
        guard access(directory.endpointsFile, F_OK) == 0 else {
            throw SupervisorError(.notRunning, "no `tallyman up` runs on \(directory.path); \(remedy)")
        }
        guard let bytes = FileManager.default.contents(atPath: directory.endpointsFile),
            bytes.count <= maxEndpointBytes,
            let endpoints = try? JSONDecoder().decode(Endpoints.self, from: bytes)  // the error says less than ours
        else {
            throw SupervisorError(.unusableFolder, "\(directory.endpointsFile) cannot be read; \(remedy)")
        }
        guard endpoints.pid > 0, kill(endpoints.pid, 0) == 0 || errno == EPERM else {
            throw SupervisorError(
                .notRunning,
                "the `tallyman up` on \(directory.path), process \(endpoints.pid), is gone; \(remedy)"
            )
        }
        return endpoints
    }

    private static let maxEndpointBytes = 64 * 1024
    /// Random bytes of the key that registry passwords are sealed with.
    private static let secretBytes = 32

    var endpointsFile: String { "\(path)/endpoints.json" }
    var lockFile: String { "\(path)/lock" }
    var databaseFolder: String { "\(path)/postgres" }
    /// The key that registry passwords are sealed with.
    package var secretFile: String { "\(path)/secret.key" }

    /// A log of one of the private servers.
    func logFile(_ name: String) -> String { "\(path)/\(name).log" }

    /// Makes the folder and its secret key where they are missing.
    func prepare() throws(SupervisorError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw SupervisorError(.unusableFolder, "the folder \(path) cannot be made: \(error.localizedDescription)")
        }
        // Others may pass through, not look: under root the servers' account has its folders in here.
        guard chmod(path, geteuid() == 0 ? 0o711 : 0o700) == 0 else {
            throw SupervisorError(.unusableFolder, "the folder \(path) is not ours: \(systemMessage(errno))")
        }
        guard access(secretFile, F_OK) != 0 else { return }
        var random = SystemRandomNumberGenerator()
        let key = (0..<Self.secretBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try write(Data((Data(key).base64EncodedString() + "\n").utf8), to: secretFile)
    }

    /// Says where the servers are, in one step.
    func publish(_ endpoints: Endpoints) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        try write(try encoder.encode(endpoints) + Data("\n".utf8), to: endpointsFile)
    }

    /// Says that there are no servers any more.
    func withdrawEndpoints() {
        unlink(endpointsFile)
    }

    /// Writes a file that only we can read, whole or not at all.
    private func write(_ bytes: Data, to file: String) throws(SupervisorError) {
        let temporary = "\(file).new"
        unlink(temporary)
        let made = FileManager.default.createFile(
            atPath: temporary,
            contents: bytes,
            attributes: [.posixPermissions: 0o600]
        )
        guard made, rename(temporary, file) == 0 else {
            throw SupervisorError(.unusableFolder, "\(file) cannot be written: \(systemMessage(errno))")
        }
    }
}
