/// The version of a main module that the linker only knows as `(devel)`.
enum MainModuleVersion {
    // Real flags are a few hundred bytes; these keep the search over hostile ones short.
    private static let maxFlagsBytes = 65_536
    private static let maxWordBytes = 4096
    private static let maxAssignments = 8
    private static let maxSlashes = 16

    /// Variables of libraries that are there for the version of the program, which its build sets.
    ///
    /// Any other library's variable may hold the library's own version.
    private static let sharedVariables: Set<String> = [
        "github.com/prometheus/common/version.Version",
        "k8s.io/component-base/version.gitVersion",
        "k8s.io/client-go/pkg/version.gitVersion",
        "sigs.k8s.io/release-utils/version.gitVersion",
        "istio.io/pkg/version.buildVersion",
        "github.com/cosmos/cosmos-sdk/version.Version",
        "go.szostok.io/version.version",
    ]

    /// One variable and what the linker was told to put into it.
    private struct Assignment {
        let package: Substring
        let variable: Substring
        let value: Substring
    }

    static func refine(_ main: GoModule, settings: [String: String], _ stampedVersion: () -> String?) -> String {
        guard main.version == GoBuildText.development else { return main.version }
        let told: String?
        if let flags = settings["-ldflags"] {
            // Flags that are told are all there were: what else is in a variable was not put there by them.
            told = fromLinkerFlags(flags, module: main.path)
        } else {
            told = stampedVersion()
        }
        return told
            ?? pseudoVersion(revision: settings["vcs.revision"], time: settings["vcs.time"])
            ?? main.version
    }

    /// The value of a variable of the main package, or of one below the main module, whose name ends in `version`,
    /// `ver` or `tag`: `-X main.version=1.2.3`, `-X 'example.org/tool/internal.gitVersion=v1.2.3'`; or else of a
    /// library's variable that is there for it: `-X k8s.io/component-base/version.gitVersion=v1.2.3`.
    static func fromLinkerFlags(_ flags: String, module: String) -> String? {
        guard flags.utf8.count <= maxFlagsBytes, module.utf8.count <= maxWordBytes else { return nil }
        let assignments = assignments(in: flags)
        let repository = repository(of: module)
        let own = assignments.filter { isOwn($0, module: module, repository: repository) }
        for endings in [["version", "Version", "ver", "Ver"], ["tag", "Tag"]] {
            for assignment in own where endings.contains(where: assignment.variable.hasSuffix) {
                if let version = version(in: assignment.value) { return prefixed(version) }
            }
        }
        // A program with a version of its own that is no number (`dev`) may set the libraries' to that of a part.
        let hasOwn = own.contains { assignment in
            let name = assignment.variable.lowercased()
            return name.contains("version") && !name.hasPrefix("go")
        }
        guard !hasOwn else { return nil }
        let shared = assignments.filter(isShared).compactMap { version(in: $0.value) }.map(prefixed)
        // Set to two versions they tell that one is not the program's.
        guard let first = shared.first, shared.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// What looks like `package.variable=value`, in the order of the flags.
    private static func assignments(in flags: String) -> [Assignment] {
        var found: [Assignment] = []
        for word in flags.split(whereSeparator: \.isWhitespace) where word.utf8.count <= maxWordBytes {
            for equals in word.indices.filter({ word[$0] == "=" }).prefix(maxAssignments) {
                let left = word[..<equals]
                guard let dot = left.lastIndex(of: ".") else { continue }
                let variable = left[left.index(after: dot)...]
                guard variable.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else { continue }
                found.append(
                    Assignment(package: left[..<dot], variable: variable, value: word[word.index(after: equals)...])
                )
            }
        }
        return found
    }

    private static func prefixed(_ version: String) -> String { version.hasPrefix("v") ? version : "v" + version }

    /// Whether this is one of ``sharedVariables``, in a module of its own or in the program's `vendor` folder.
    private static func isShared(_ assignment: Assignment) -> Bool {
        let parts = path(of: assignment).split(separator: "/", omittingEmptySubsequences: false)
        let start = parts.lastIndex(of: "vendor").map { $0 + 1 } ?? parts.startIndex
        let path = parts[start...].joined(separator: "/")
        return sharedVariables.contains("\(path).\(assignment.variable)")
    }

    /// The import path behind what is left of the flag and its quotes: `-X='k8s.io/kubernetes/vendor/k8s.io/klog`.
    private static func path(of assignment: Assignment) -> Substring {
        assignment.package.split { "'\"=\\".contains($0) }.last ?? ""
    }

    /// What begins the paths of a main package's own repository.
    ///
    /// Without modules the main package's path is all that is known: the variables of `github.com/docker/cli/cmd/docker`
    /// are those of `github.com/docker/cli`. What is left of `github.com/cmd/tool` is no repository.
    private static func repository(of module: String) -> String? {
        guard let commands = module.firstRange(of: "/cmd/") else { return nil }
        let path = module[..<commands.lowerBound]
        return path.contains("/") ? "\(path)/" : nil
    }

    /// Whether the variable is one of the main package or of a package of its module or repository, but for the libraries
    /// that these have copied.
    private static func isOwn(_ assignment: Assignment, module: String, repository: String?) -> Bool {
        let path = path(of: assignment)
        if path == "main" { return true }
        guard !module.isEmpty, !path.contains("/vendor/") else { return false }
        return path == module || path.hasPrefix(module + "/") || repository.map(path.hasPrefix) ?? false
    }

    /// The `v1.2.3-rest` or the `2024.01` at the beginning, or after a slash: `release/v1.2.3`.
    private static func version(in value: Substring) -> String? {
        let slashes = value.indices.filter { value[$0] == "/" }.suffix(maxSlashes)
        let starts = [value.startIndex] + slashes.map(value.index(after:))
        for start in starts.reversed() {
            var rest = value[start...]
            let hasPrefix = rest.first == "v"
            if hasPrefix { rest = rest.dropFirst() }
            let numbers = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let parts = numbers.split(separator: ".", omittingEmptySubsequences: false).prefix { !$0.isEmpty }.prefix(3)
            guard parts.count >= 2 else { continue }
            var version = parts.joined(separator: ".")
            let behind = rest.dropFirst(version.count).first
            // More behind two numbers makes them no version: `10.x`, `1.2rc`.
            if parts.count == 2, let behind, "._-".contains(behind) || behind.isLetter { continue }
            if parts.count == 3 {
                let tail = rest.dropFirst(version.count).prefix {
                    $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0))
                }
                // Dots are between the parts of a pre-release, not of a fourth number (Semantic Versioning 2.0.0, 9).
                version += tail.first == "-" ? tail : tail.prefix { $0 != "." }
            }
            while version.last == "." || version.last == "-" { version.removeLast() }
            return (hasPrefix ? "v" : "") + version
        }
        return nil
    }

    /// `v0.0.0-20240131120000-0123456789ab` (Go Modules Reference, "Pseudo-versions").
    static func pseudoVersion(revision: String?, time: String?) -> String? {
        guard let revision, !revision.isEmpty, let time else { return nil }
        return "v0.0.0-\(stamp(time) ?? "00010101000000")-\(revision.prefix(12))"
    }

    /// The digits of an RFC 3339 time in UTC; `nil` for another form or zone, which Go never writes.
    private static func stamp(_ time: String) -> String? {
        let bytes = Array(time.utf8)
        let pattern = Array("dddd-dd-ddTdd:dd:dd".utf8)
        guard bytes.count > pattern.count, bytes.last == UInt8(ascii: "Z") else { return nil }
        var digits: [UInt8] = []
        for (byte, expected) in zip(bytes, pattern) {
            if expected == UInt8(ascii: "d") {
                guard (0x30...0x39).contains(byte) else { return nil }
                digits.append(byte)
            } else if byte != expected {
                return nil
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
