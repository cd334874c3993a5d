import Foundation

/// What the kernel says of this process (proc(5)).
package enum ProcessFigures {
    private static let start = Date().timeIntervalSince1970

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

    private static func resident() -> Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let words = String(decoding: data, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? Int(words[1]) : nil
    }
}
