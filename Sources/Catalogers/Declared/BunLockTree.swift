/// Where the packages of a `bun.lock` are: each key of `packages` is a path of the names under which they are required,
/// `a` at the top and `a/@s/b` for the `@s/b` that `a` has to itself.
///
/// Such a name is not always the package's own: an alias stands for another package.
struct BunLockTree {
    /// Deeper paths than any real project has: finding a dependency takes a step for each level.
    private static let maxDepth = 64
    private static let maxPathBytes = 4096
    /// Names in all paths; the largest projects have some ten thousand.
    private static let maxPlaces = 500_000

    /// Where all paths begin.
    static let top = 0

    private struct Place {
        let parent: Int?
        var children: [String: Int] = [:]
        /// `nil` where no package is: the path only leads to others.
        var dependencies: [String]?
    }

    private var places = [Place(parent: nil)]

    /// Adds a package with the names that it requires; gives its place, or `nil` where its path is beyond the bounds.
    mutating func add(_ path: String, dependencies: [String]) -> Int? {
        guard let names = Self.names(path), places.count + names.count <= Self.maxPlaces else { return nil }
        var place = Self.top
        for name in names {
            if let child = places[place].children[name] {
                place = child
                continue
            }
            let child = places.count
            places.append(Place(parent: place))
            places[place].children[name] = child
            place = child
        }
        places[place].dependencies = dependencies
        return place
    }

    /// The place at a path, whether or not there is a package; the top where nothing is.
    func place(at path: String) -> Int {
        guard let names = Self.names(path) else { return Self.top }
        var place = Self.top
        for name in names {
            guard let child = places[place].children[name] else { return Self.top }
            place = child
        }
        return place
    }

    /// The place of the package that a name means for the one at `place`: the nearest on the way to the top.
    func resolve(_ name: String, from place: Int) -> Int? {
        var current: Int? = place
        while let folder = current {
            if let child = places[folder].children[name], places[child].dependencies != nil { return child }
            current = places[folder].parent
        }
        return nil
    }

    /// The places of packages and of all that they require.
    func reachable(from roots: [Int]) -> Set<Int> {
        var found = Set(roots)
        var pending = Array(found)
        while let place = pending.popLast() {
            for name in places[place].dependencies ?? [] {
                if let next = resolve(name, from: place), found.insert(next).inserted { pending.append(next) }
            }
        }
        return found
    }

    /// The names in a path: a scope and its slash are part of one.
    private static func names(_ path: String) -> [String]? {
        guard path.utf8.count <= maxPathBytes else { return nil }
        var names: [String] = []
        var scope: Substring?
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            if let open = scope {
                names.append("\(open)/\(part)")
                scope = nil
            } else if part.first == "@" {
                scope = part
            } else {
                names.append(String(part))
            }
        }
        if let scope { names.append(String(scope)) }
        return names.count <= maxDepth ? names : nil
    }
}
