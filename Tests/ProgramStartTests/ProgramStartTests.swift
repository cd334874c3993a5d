import Foundation
import Testing

@testable import ProgramStart

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Starting a program")
struct ProgramStartTests {
    /// What a shell script says, with one more variable in its environment.
    private func output(of script: String, _ environment: [String: String] = [:]) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("start-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // best effort
        let file = folder.appendingPathComponent("output").path
        let start = ProgramStart(
            words: ["/bin/sh", "-c", script],
            environment: environment,
            descriptors: [
                (STDIN_FILENO, .file("/dev/null", flags: O_RDONLY)),
                (STDERR_FILENO, .file(file, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)),
                (STDOUT_FILENO, .copy(of: STDERR_FILENO)),
            ]
        )
        let pid = try start.start()
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        #expect(status == 0)
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    @Test("Output and errors go where they are sent, in one order, and nothing is there to read")
    func descriptors() throws {
        #expect(try output(of: "echo out; echo err >&2; cat; echo end") == "out\nerr\nend\n")
    }

    @Test("The environment is what is given, and no more")
    func environment() throws {
        #expect(try output(of: "echo $GIVEN/$HOME", ["GIVEN": "this=that"]) == "this=that/\n")
    }

    @Test("A signal that we ignore is not ignored by the program")
    func signals() throws {
        let before = signal(SIGUSR2, SIG_IGN)
        defer { signal(SIGUSR2, before) }
        let mask = try output(of: "grep SigIgn /proc/self/status").split { $0.isWhitespace }.last ?? ""
        let ignored = try #require(UInt64(mask, radix: 16))
        #expect(ignored & 1 << UInt64(SIGUSR2 - 1) == 0)
    }

    @Test("It leads a process group of its own")
    func group() throws {
        let ids = try output(of: "read -r pid name state parent group rest </proc/$$/stat; echo $$ $group")
            .split { $0.isWhitespace }
        #expect(ids.count == 2)
        #expect(ids.first == ids.last)
    }

    @Test("A program that is not there, and none at all, is an error by its number")
    func missing() {
        for (words, code) in [(["/no/such/program"], ENOENT), (["/etc"], EACCES), ([], EINVAL)] {
            let failure = #expect(throws: ProgramStart.Failure.self) {
                try ProgramStart(words: words, environment: [:], descriptors: []).start()
            }
            #expect(failure?.code == code)
        }
    }
}
