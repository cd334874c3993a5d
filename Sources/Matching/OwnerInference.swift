package import ScanModel

/// Which OS package owns a package of a language, where a list of packages does not say.
///
/// Distributions name the packages of languages by rules of their own (Debian's policies for Python, Perl, Ruby, Java and
/// JavaScript, Fedora's and Alpine's guidelines). Where such a package of the same upstream version is in the list, it
/// brought the other: tools that list an image find both.
package enum OwnerInference {
    /// The packages with the owners that can be inferred.
    ///
    /// A list that states any owner states them all, and is left as it is.
    package static func completing(_ packages: [InstalledPackage]) -> [InstalledPackage] {
        guard packages.allSatisfy({ $0.ownedBy == nil }) else { return packages }
        var owners: [String: [Package]] = [:]
        for item in packages where item.package.type.isOS {
            owners[item.package.name, default: []].append(item.package)
        }
        guard !owners.isEmpty else { return packages }
        return packages.map { item in
            guard !item.package.type.isOS else { return item }
            var completed = item
            completed.ownedBy = names(for: item.package).first { name in
                owners[name]?.contains { OwnerPrecedence.isSameSoftware(item.package, owner: $0) } == true
            }
            return completed
        }
    }

    /// What distributions would call `package`, the usual first.
    static func names(for package: Package) -> [String] {
        let name = folded(package.name)
        switch package.type {
        case .python:
            let short = name.hasPrefix("python-") ? String(name.dropFirst(7)) : name
            return Set([name, short]).sorted().flatMap { name in
                ["python3-\(name)", "py3-\(name)", "python-\(name)", "pypy3-\(name)", name]
            }
        case .npm: return ["node-\(name)", "nodejs-\(name)", name]
        case .gem: return ["ruby-\(name)", "rubygem-\(name)", name]
        case .java: return ["lib\(name)-java", "apache-\(name)", name]
        case .phpComposer: return ["php-\(name)", name]
        default: return []
        }
    }

    /// Lower case, with dashes for what packages of distributions do not have in their names: `@babel/core` is
    /// `babel-core`.
    private static func folded(_ name: String) -> String {
        String(name.lowercased().compactMap { "_./".contains($0) ? "-" : $0 == "@" ? nil : $0 })
    }
}
