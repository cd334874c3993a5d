/// The framework that a .NET program is for, as its `deps.json` states it, and what that has in place of packages.
struct DotnetFramework {
    private static let core = ".NETCoreApp,Version=v"
    /// What a package may bring, by the members of its entry.
    private static let assets = ["runtime", "native", "runtimeTargets", "resources", "compile"]
    /// Packages that put others' assemblies into the program's own, so that these bring nothing of their own: the
    /// beginnings of their names.
    private static let bundlers = ["ilrepack", "ilmerge", "costura.fody", "postsharp.community.packer"]

    private let target: BoundedJSON
    private let version: [Int]

    /// `nil` where nothing is known to be replaced.
    init?(_ document: BoundedJSON) {
        guard let name = document["runtimeTarget"]?["name"]?.string, name.hasPrefix(Self.core),
            let target = document["targets"]?[name], let version = Self.release(name.dropFirst(Self.core.count))
        else { return nil }
        let libraries = document["libraries"]?.members ?? []
        guard !libraries.contains(where: { key, _ in Self.bundlers.contains(where: key.lowercased().hasPrefix) }) else {
            return nil
        }
        self.target = target
        self.version = version
    }

    /// Whether the framework has something newer than the package `key` (`System.Net.Http/4.3.0`): of the two assemblies
    /// publishing leaves out the older one, and the package's entry is left without files.
    ///
    /// Packages that only name others have none either, and no code. What is as new as the framework is listed, as it
    /// tells what the framework's own assembly is like.
    func replaces(_ key: String, _ library: BoundedJSON) -> Bool {
        guard library["type"]?.string?.lowercased() == "package", let entry = target[key], entry.isObject,
            Self.assets.allSatisfy({ (entry[$0]?.members ?? []).isEmpty }),
            let slash = key.firstIndex(of: "/"), let release = Self.release(key[key.index(after: slash)...])
        else { return false }
        return release.lexicographicallyPrecedes(version)
    }

    /// The first two numbers of a version: `6.0` of `6.0/linux-x64` and `6.0.1-rc.1`.
    private static func release(_ text: Substring) -> [Int]? {
        let numbers = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.split(separator: ".").prefix(2)
            .compactMap { Int($0) }
        return numbers.count == 2 ? numbers : nil
    }
}
