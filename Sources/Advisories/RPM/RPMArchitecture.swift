/// Architectures as RPM packages name them.
package enum RPMArchitecture {
    /// One spelling for machines that run the same packages: every 32-bit x86 is `i686`, `amd64` is `x86_64`.
    package static func normalized(_ name: String) -> String {
        switch name {
        case "i386", "i486", "i586": "i686"
        case "amd64": "x86_64"
        case "arm64": "aarch64"
        default: name
        }
    }

    /// What a list of a statement's architectures restricts it to; `nil` where it restricts nothing.
    ///
    /// A source package stands for what is built of it, and one without an architecture replaces every older build.
    static func restriction(_ names: Set<String>) -> [String]? {
        let machines = Set(names.map(normalized)).subtracting(["src", "nosrc"])
        guard !machines.isEmpty, !machines.contains("noarch") else { return nil }
        return machines.sorted()
    }
}
