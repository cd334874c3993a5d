import Foundation

/// What the kernel says of this process (proc(5)).
package enum ProcessFigures {
    /// Seconds since 1970 at which the process was started; where the kernel does not say, at which it was first asked.
    private static let start: Double =
        start(process: text("/proc/self/stat"), machine: text("/proc/stat"), ticks: sysconf(Int32(_SC_CLK_TCK)))
        ?? Date().timeIntervalSince1970

    /// CPU time, resident memory, open files and the start; what cannot be read is left out.
    package static func families() -> [MetricFamily] {
        var families: [MetricFamily] = []
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            let seconds =
                Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
            families.append(MetricFamily(MetricNames.processSeconds, .counter, [MetricSample(seconds)]))
        }
        if let pages = resident() {
            families.append(
                MetricFamily(MetricNames.processMemory, .gauge, [MetricSample(Double(pages) * Double(getpagesize()))])
            )
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {  // not everywhere
            families.append(MetricFamily(MetricNames.processFiles, .gauge, [MetricSample(Double(files))]))
        }
        families.append(MetricFamily(MetricNames.processStart, .gauge, [MetricSample(start.rounded())]))
        return families
    }

    /// The start by the texts of `/proc/PID/stat` (field 22, in ticks since the machine's start) and `/proc/stat` (`btime`).
    static func start(process: String, machine: String, ticks: Int) -> Double? {
        // The second field is the program's name in brackets, whatever is in it; the third follows.
        guard ticks > 0, let name = process.lastIndex(of: ")") else { return nil }
        let fields = process[process.index(after: name)...].split(separator: " ")
        let boot = machine.split(separator: "\n").first { $0.hasPrefix("btime ") }?.dropFirst(6)
        guard fields.count > 19, let started = Double(fields[19]), let boot = boot.flatMap({ Double($0) }) else {
            return nil
        }
        return boot + started / Double(ticks)
    }

    private static func resident() -> Int? {
        let words = text("/proc/self/statm").split(separator: " ")
        return words.count > 1 ? Int(words[1]) : nil
    }

    /// A file of the kernel; empty where there is none.
    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
