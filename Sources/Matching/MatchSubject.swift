package import ScanModel

/// What is matched: a package, where it belongs, and who answers for it.
package struct MatchSubject: Sendable, Hashable {
    package var package: Package
    /// The distribution of an OS package; of another package, that of `owner`.
    package var distro: Distro?
    /// The OS package whose files hold this one; `nil` for OS packages and for what no package manager brought.
    package var owner: Package?

    package init(_ package: Package, distro: Distro?, owner: Package? = nil) {
        self.package = package
        self.distro = distro
        self.owner = owner
    }
}

extension MatchSubject {
    /// The subjects that the packages of one inventory are, in its order; `distro` tells the distribution of each.
    ///
    /// An owner that the inventory does not list answers for nothing: nobody would report what it is silent about.
    package static func subjects(
        of packages: [InstalledPackage],
        distro: (Int) -> Distro?
    ) -> [MatchSubject] {
        var owners: [String: Int] = [:]
        for (index, item) in packages.enumerated() where item.package.type.isOS {
            owners[item.package.name] = owners[item.package.name] ?? index
        }
        return packages.enumerated().map { index, item in
            guard !item.package.type.isOS, let owner = item.ownedBy.flatMap({ owners[$0] }) else {
                return MatchSubject(item.package, distro: distro(index))
            }
            return MatchSubject(item.package, distro: distro(owner), owner: packages[owner].package)
        }
    }
}
