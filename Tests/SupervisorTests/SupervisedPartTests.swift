import Foundation
import Logging
import Synchronization
import Testing

@testable import Supervisor

@Suite struct SupervisedPartTests {
    private static let stopSteps: [ChildProcess.StopStep] = [(SIGTERM, .zero), (SIGKILL, .milliseconds(300))]

    private static func shell(_ script: String) -> ChildCommand {
        ChildCommand(program: "/bin/sh", arguments: ["-c", script], environment: ServiceEnvironment.minimal)
    }

    private static func part(_ script: String) -> SupervisedPart {
        SupervisedPart(name: "part", stopSteps: stopSteps, logger: TestLog.silent) { shell(script) }
    }

    @Test("a child's exit code and signal are told apart")
    func statuses() async throws {
        #expect(try await ChildProcess.spawn(Self.shell("exit 7")).exit() == .exited(7))
        #expect(try await ChildProcess.spawn(Self.shell("kill -9 $$")).exit() == .signalled(9))
    }

    @Test("a program that is not there is an error that names it")
    func missingProgram() async throws {
        let command = ChildCommand(program: "/nowhere/program", arguments: [], environment: [:])
        let error = await #expect(throws: SupervisorError.self) { try await ChildProcess.spawn(command) }
        #expect(error?.code == .missingProgram)
    }

    @Test("a part that dies is started again as another process")
    func restarts() async throws {
        let part = Self.part("sleep 60")
        await part.begin()
        let first = try await pid(of: part, other: nil)
        kill(first, SIGKILL)
        let second = try await pid(of: part, other: first)
        #expect(second != first)
        #expect(await part.failures == 1)
        await part.stop()
        #expect(kill(second, 0) == -1)
    }

    @Test("whoever wants to know hears of each end before the next start, and whether it was asked for")
    func ends() async throws {
        let ended = Mutex<[EndedProcess]>([])
        let starts = Mutex<[Int]>([])
        let part = SupervisedPart(
            name: "part",
            stopSteps: Self.stopSteps,
            logger: TestLog.silent,
            onEnd: { process in ended.withLock { $0.append(process) } },
            command: {
                starts.withLock { $0.append(ended.withLock(\.count)) }
                return Self.shell("sleep 60")
            }
        )
        await part.begin()
        let first = try await pid(of: part, other: nil)
        kill(first, SIGKILL)
        let second = try await pid(of: part, other: first)
        await part.stop()
        #expect(
            ended.withLock { $0 } == [
                EndedProcess(pid: first, wasStopped: false), EndedProcess(pid: second, wasStopped: true),
            ]
        )
        #expect(starts.withLock { $0 } == [0, 1])
    }

    @Test("a part that ignores the request to stop is killed when its time is over")
    func kills() async throws {
        let part = Self.part("trap '' TERM; while :; do sleep 0.05; done")
        await part.begin()
        let process = try await pid(of: part, other: nil)
        try await Task.sleep(for: .milliseconds(200))
        let started = ContinuousClock.now
        await part.stop()
        #expect(ContinuousClock.now - started < .seconds(5))
        #expect(kill(process, 0) == -1)
    }

    @Test("stopping during the pause between two starts ends at once")
    func stopsWhileWaiting() async throws {
        let part = SupervisedPart(
            name: "part",
            stopSteps: Self.stopSteps,
            backoff: RestartBackoff(first: .seconds(600), limit: .seconds(600)),
            logger: TestLog.silent
        ) { Self.shell("exit 1") }
        await part.begin()
        try await eventually { await part.failures >= 1 }
        let started = ContinuousClock.now
        await part.stop()
        #expect(ContinuousClock.now - started < .seconds(60))
        #expect(await part.pid == nil)
    }

    private func pid(of part: SupervisedPart, other: Int32?) async throws -> Int32 {
        try await eventually {
            let pid = await part.pid
            return pid != nil && pid != other
        }
        return try #require(await part.pid)
    }
}
