import Foundation

/// How much memory there is for this process and its children.
enum MachineMemory {
    /// The bytes of the machine, or of the smallest limit that our control groups have: `memory.max` of version 2,
    /// `memory.limit_in_bytes` of version 1 (Linux, admin-guide/cgroup-v2 and cgroup-v1/memory).
    ///
    /// `root` stands before every path.
    static func bytes(root: String = "") -> Int {
        let (machine, isTooLarge) = sysconf(Int32(_SC_PHYS_PAGES))
            .multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
        return limits(root).reduce(isTooLarge ? .max : machine, min)
    }

    private static func limits(_ root: String) -> [Int] {
        let groups = (try? String(contentsOfFile: "\(root)/proc/self/cgroup", encoding: .utf8)) ?? ""  // none: no limit
        return groups.split(separator: "\n").flatMap { line -> [Int] in
            // "0::/path" of version 2, "7:cpu,memory:/path" of version 1.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let path = String(fields[2])
            if fields[0] == "0" { return limits("\(root)/sys/fs/cgroup", path, "memory.max") }
            guard fields[1].split(separator: ",").contains("memory") else { return [] }
            return limits("\(root)/sys/fs/cgroup/memory", path, "memory.limit_in_bytes")
        }
    }

    /// The limits of a group and of all above it; in a container the path may be one that only the host has.
    private static func limits(_ hierarchy: String, _ path: String, _ name: String) -> [Int] {
        let names = path.split(separator: "/")
        return (0...names.count).compactMap { count in
            let folder = ([hierarchy] + names.prefix(count).map(String.init)).joined(separator: "/")
            let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)  // not there: no limit
            return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }.flatMap {
                $0 > 0 ? $0 : nil
            }
        }
    }
}
