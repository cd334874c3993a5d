import Foundation
import Testing

@testable import Supervisor

@Suite struct DataDirectoryTests {
    @Test("endpoints are read back as they were published, and are gone when withdrawn")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(path: folder.path)
        let endpoints = Endpoints(
            postgres: Endpoints.postgresURL(socketFolder: "/var/lib/a b/run"),
            redis: "unix:///r.sock",
            listen: "127.0.0.1:8080",
            pid: getpid()
        )
        try directory.publish(endpoints)
        #expect(try DataDirectory.endpoints(dir: folder.path) == endpoints)
        #expect(endpoints.postgres == "postgresql:///tallyman?host=%2Fvar%2Flib%2Fa%20b%2Frun&user=tallyman")
        directory.withdrawEndpoints()
        let error = try #require(throws: SupervisorError.self) { try DataDirectory.endpoints(dir: folder.path) }
        #expect(error.code == .notRunning)
        #expect(error.message.contains("tallyman up --data-dir \(folder.path)"))
    }

    @Test("endpoints that a killed process left behind are not used")
    func stale() throws {
        let folder = try TemporaryFolder()
        let gone = Endpoints(postgres: "p", redis: "r", listen: "l", pid: Int32.max)
        try DataDirectory(path: folder.path).publish(gone)
        let error = try #require(throws: SupervisorError.self) { try DataDirectory.endpoints(dir: folder.path) }
        #expect(error.code == .notRunning)
    }

    @Test("a damaged endpoints file is an error, not a crash", arguments: ["", "{", "[]", "{\"pid\":\"x\"}"])
    func damaged(text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "endpoints.json")
        let error = try #require(throws: SupervisorError.self) { try DataDirectory.endpoints(dir: folder.path) }
        #expect(error.code == .unusableFolder)
    }

    @Test("the second lock on a folder is refused with the process that has it; a released one is free")
    func locks() throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/lock"
        let first = try DataLock(file: file, folder: folder.path)
        let error = try #require(throws: SupervisorError.self) { try DataLock(file: file, folder: folder.path) }
        #expect(error.code == .locked)
        #expect(error.message.contains("process \(getpid())"))
        first.release()
        _ = try DataLock(file: file, folder: folder.path)
    }

    @Test("the secret key is made once and is ours alone")
    func secret() throws {
        let folder = try TemporaryFolder()
        let directory = DataDirectory(path: "\(folder.path)/data")
        try directory.prepare()
        let key = try #require(FileManager.default.contents(atPath: directory.secretFile))
        #expect(key.count > 40)
        var facts = stat()
        #expect(stat(directory.secretFile, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        try directory.prepare()
        #expect(FileManager.default.contents(atPath: directory.secretFile) == key)
    }

    @Test("sockets go into the data folder where their path is short and plain, else into a short one")
    func socketFolder() {
        #expect(SocketDirectory.path(dataPath: "/var/lib/tallyman") == "/var/lib/tallyman/run")
        for path in ["/" + String(repeating: "x", count: 100), "/a,b", "/ä"] {
            let socket = SocketDirectory.path(dataPath: path)
            #expect(socket.hasPrefix("/tmp/tallyman-") && socket.utf8.count < 40)
            #expect(socket == SocketDirectory.path(dataPath: path))
        }
    }

    @Test("a socket folder that someone linked elsewhere is refused")
    func linkedSocketFolder() throws {
        let folder = try TemporaryFolder()
        let link = "\(folder.path)/link"
        #expect(symlink(folder.path, link) == 0)
        #expect(throws: SupervisorError.self) { try SocketDirectory.make(link, for: nil) }
    }
}
