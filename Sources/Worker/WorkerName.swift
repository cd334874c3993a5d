import Foundation

/// What a worker is called where nobody gave it a name.
package enum WorkerName {
    /// The name of the worker in process `pid` of this machine: whoever sees the process end can say whose claims are free.
    package static func ofProcess(_ pid: Int32) -> String { "\(ProcessInfo.processInfo.hostName)-\(pid)" }
}
