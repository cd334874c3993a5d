import Foundation

/// CPU seconds and memory of this process's descendants, as the kernel tells (proc(5)).
package struct ProcessTimes: Sendable {
    /// CPU by role, in seconds, with that of children that have ended.
    package var cpu: [String: Double] = [:]
    /// CPU of worker processes by the name of the thread.
    package var workerThreads: [String: Double] = [:]
    /// CPU seconds of the whole machine, whoever took them.
    package var machine = 0.0
    /// The largest resident memory that a worker has had, in bytes.
    package var workerPeakBytes: Int64 = 0

    private struct Row {
        var parent: Int32
        var seconds: Double
    }

    private static let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))

    /// Reads all of `/proc`; processes that end meanwhile are left out.
    package static func read() -> ProcessTimes {
        var rows: [Int32: Row] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {  // always there on Linux
            guard let pid = Int32(name), let row = row(pid) else { continue }
            rows[pid] = row
        }
        var times = ProcessTimes()
        times.machine = machineSeconds()
        let top = getpid()
        times.cpu["bench"] = row(top)?.seconds
        for (pid, row) in rows where pid != top && isBelow(top, pid, rows) {
            let role = role(pid, rows)
            times.cpu[role, default: 0] += row.seconds
            guard role == "worker" else { continue }
            times.workerPeakBytes = max(times.workerPeakBytes, peakBytes(pid))
            times.addThreads(pid)
        }
        return times
    }

    /// User, nice, system, interrupts and stolen time of all processors.
    private static func machineSeconds() -> Double {
        let text = String(decoding: FileManager.default.contents(atPath: "/proc/stat") ?? Data(), as: UTF8.self)
        let numbers = (text.split(separator: "\n").first ?? "").split(separator: " ").dropFirst().map { Int($0) ?? 0 }
        guard numbers.count >= 8 else { return 0 }
        return Double(numbers[0] + numbers[1] + numbers[2] + numbers[5] + numbers[6] + numbers[7]) / ticksPerSecond
    }

    private mutating func addThreads(_ pid: Int32) {
        let folder = "/proc/\(pid)/task"
        for thread in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {  // it may have ended
            guard let fields = Self.fields("\(folder)/\(thread)/stat") else { continue }
            let name = fields.name.hasPrefix("NIO-") ? "nio" : String(fields.name.prefix { $0 != "-" })
            workerThreads[name, default: 0] += Self.seconds(fields.numbers, 11...12)
        }
    }

    private static func row(_ pid: Int32) -> Row? {
        guard let fields = fields("/proc/\(pid)/stat"), fields.numbers.count > 14 else { return nil }
        return Row(parent: Int32(truncatingIfNeeded: fields.numbers[1]), seconds: seconds(fields.numbers, 11...14))
    }

    private static func seconds(_ numbers: [Int], _ places: ClosedRange<Int>) -> Double {
        guard numbers.indices.contains(places.upperBound) else { return 0 }
        return Double(numbers[places].reduce(0, +)) / ticksPerSecond
    }

    /// The name in parentheses, which may hold anything, and the numbers behind it; the state counts as 0.
    private static func fields(_ path: String) -> (name: String, numbers: [Int])? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
        let numbers = text[text.index(after: close)...].split(separator: " ").map { Int($0) ?? 0 }
        return (String(text[text.index(after: open)..<close]), numbers)
    }

    private static func isBelow(_ top: Int32, _ pid: Int32, _ rows: [Int32: Row]) -> Bool {
        var here = pid
        for _ in 0..<32 {
            guard let parent = rows[here]?.parent, parent > 0 else { return false }
            if parent == top { return true }
            here = parent
        }
        return false
    }

    private static func role(_ pid: Int32, _ rows: [Int32: Row]) -> String {
        let words = (FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data())
            .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        for word in words.dropFirst() {
            switch word {
            case "worker", "coordinator", "serve", "registry": return word
            default: continue
            }
        }
        let program = words.first ?? ""
        if program.contains("postgres") { return "postgres" }
        return program.contains("redis") || program.contains("valkey") ? "redis" : "other"
    }

    private static func peakBytes(_ pid: Int32) -> Int64 {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/status") ?? Data()
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return (Int64(line.filter(\.isNumber)) ?? 0) * 1024
        }
        return 0
    }

    /// What was spent since an earlier reading.
    package static func - (later: ProcessTimes, earlier: ProcessTimes) -> ProcessTimes {
        var spent = later
        spent.machine = max(0, later.machine - earlier.machine)
        for (name, seconds) in earlier.cpu { spent.cpu[name] = max(0, (later.cpu[name] ?? 0) - seconds) }
        for (name, seconds) in earlier.workerThreads {
            spent.workerThreads[name] = max(0, (later.workerThreads[name] ?? 0) - seconds)
        }
        return spent
    }
}
