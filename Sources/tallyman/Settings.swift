import Foundation
import Yams

/// Settings that no flag gives: `TALLYMAN_…` variables, then `tallyman.yaml` in the working folder.
struct Settings {
    private let environment: [String: String]
    private let file: [String: String]

    /// Reads the environment and the file; a file that is not a plain map of texts throws a usage error.
    init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        self.environment = environment
        // Empty is not given, as for every setting: compose files pass on what is not set.
        let named = environment["TALLYMAN_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        file = try Self.read(named ?? "tallyman.yaml", isNeeded: named != nil)
    }

    /// The value of `--NAME`, from `TALLYMAN_NAME` or the file.
    subscript(name: String) -> String? {
        if let value = environment[Self.variable(name)], !value.isEmpty { return value }
        return file[name]
    }

    /// The variable of a setting.
    static func variable(_ name: String) -> String {
        "TALLYMAN_" + name.uppercased().replacingOccurrences(of: "-", with: "_")
    }

    /// A number of days from 0 to 36,500; anything else is a usage error.
    func days(_ name: String) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let days = Int(text), (0...36_500).contains(days) else {
            throw UsageError("\(name): \(text) is not a number of days from 0 to 36500")
        }
        return days
    }

    /// A number of minutes from 0 to 100,000; anything else is a usage error.
    func minutes(_ name: String) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let minutes = Int(text), (0...100_000).contains(minutes) else {
            throw UsageError("\(name): \(text) is not a number of minutes from 0 to 100000")
        }
        return minutes
    }

    /// A whole number of `range`; anything else is a usage error.
    func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "\(Self.variable(name)) must be from \(range.lowerBound) to \(range.upperBound), not \(text)"
            )
        }
        return number
    }

    /// Whether a setting is on; what is neither yes nor no is a usage error.
    func isOn(_ name: String) throws -> Bool { try Self.isOn(name, self[name]) }

    /// The same, of a text that may come from elsewhere.
    static func isOn(_ name: String, _ text: String?) throws -> Bool {
        switch text?.lowercased() {
        case nil, "false", "no", "0": return false
        case "true", "yes", "1": return true
        case let text?: throw UsageError("\(name) must be true or false, not \(text)")
        }
    }

    /// A file that nobody named need not be there, nor be to be seen.
    private static func read(_ path: String, isNeeded: Bool) throws -> [String: String] {
        guard isNeeded || access(path, F_OK) == 0 else { return [:] }
        let text = String(decoding: try UserFile.read(path, most: 1 << 20), as: UTF8.self)
        let loaded: Any?
        do { loaded = try Yams.load(yaml: text) } catch {
            throw UsageError("\(path): \((error as? YamlError)?.words ?? "it is no YAML")")
        }
        guard let loaded, !(loaded is NSNull) else { return [:] }
        guard let map = loaded as? [String: Any] else { throw UsageError("\(path): a map of settings is expected") }
        var settings: [String: String] = [:]
        for (name, value) in map where !(value is NSNull) {
            guard !(value is [Any]), !(value is [AnyHashable: Any]) else {
                throw UsageError("\(path): \(name) must be one value, not a list or a map")
            }
            settings[name] = "\(value)"
        }
        return settings
    }
}

/// The command line, or what stands in for it, asks for something that cannot be.
struct UsageError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A run, or a service that it needs, came to nothing; exit code 69.
struct UnavailableError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What was given cannot be used or does not exist; exit code 65.
struct InputError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
