import Foundation
import Policy
import Reports

/// Reads policy bundles from files, within bounds.
enum PolicyFile {
    /// The bundle in a file, or on standard input for `-`, and what is wrong with it.
    static func read(_ path: String, allowsRetired: Bool) throws -> PolicyBundle.Reading {
        let most = BundleLimits().maxBytes
        let bytes =
            if path == "-" {
                try UserFile.read(STDIN_FILENO, "standard input", most: most)
            } else {
                try UserFile.read(path, most: most)
            }
        return PolicyBundle.read(bytes, allowsRetired: allowsRetired)
    }

    /// A bundle to judge by: its warnings are told, its errors end the command.
    static func usable(_ path: String) throws -> PolicyBundle {
        let reading = try read(path, allowsRetired: true)
        guard let bundle = reading.bundle, reading.errors.isEmpty else {
            let list = reading.errors.prefix(20).map { "\n  \($0)" }.joined()
            let rest = reading.errors.count > 20 ? "\n  and more: see `tallyman policy validate`" : ""
            throw InputError("\(path) is no usable policy bundle:\(list)\(rest)")
        }
        for problem in reading.problems.prefix(20) { ConsoleOutput.error("\(path): warning: \(problem)") }
        return bundle
    }

    /// The present moment.
    static var now: PolicyInstant { PolicyInstant(seconds: Int64(Date.now.timeIntervalSince1970)) }

    /// The name that an image is judged under: the one asked for, else the one it was found by.
    static func name(_ asked: String?, source: String, isRegistry: Bool, reference: String?) throws -> ImageName? {
        guard let asked else {
            // As the user wrote it: `debian:12` is `docker.io/debian:12` to policies, without `library/`.
            let text = ["docker://", "https://", "http://"].first { source.hasPrefix($0) }
                .map { String(source.dropFirst($0.count)) }
            return isRegistry ? ImageName(text ?? source) : reference.flatMap { ImageName($0) }
        }
        guard let name = ImageName(asked) else { throw UsageError("--tag: \(asked) names no image") }
        return name
    }
}
