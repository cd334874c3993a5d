/// A Maven version, as `ComparableVersion` of Maven 4 orders (POM reference, "Version Order Specification").
///
/// The reference nests lists, each in the last place of its parent. Here a version is a chain of levels instead:
/// parsing and comparing walk it without recursion, however deep it is.
struct MavenVersion: Sendable {
    /// The items of each list, outermost first; every level but the last ends in the next one as a sub-list.
    private let levels: [[MavenItem]]

    /// What stands at one place of a list.
    private enum Element {
        case item(MavenItem)
        case subList
        case nothing
    }

    init(_ text: ArraySlice<UInt8>) {
        levels = Self.normalized(MavenVersionParser.levels(of: text.trimmed.lowercased))
    }

    func compare(to other: MavenVersion) -> VersionComparison {
        var depth = 0
        var index = 0
        while true {
            switch (element(depth, index), other.element(depth, index)) {
            case (.subList, .subList):
                depth += 1
                index = 0
                continue
            case (.item(let one), .item(let two)):
                let result = one.compare(to: two)
                if result != .equal { return result }
            case (.item(let one), .nothing):
                if one.comparedToNothing != .equal { return one.comparedToNothing }
            case (.nothing, .item(let two)):
                if two.comparedToNothing != .equal { return two.comparedToNothing.reversed }
            case (.item(let one), .subList):
                return one.comparedToList
            case (.subList, .item(let two)):
                return two.comparedToList.reversed
            case (.subList, .nothing):
                return comparedToNothing(from: depth + 1)
            case (.nothing, .subList):
                return other.comparedToNothing(from: depth + 1).reversed
            case (.nothing, .nothing):
                return .equal
            }
            index += 1
        }
    }

    private func element(_ depth: Int, _ index: Int) -> Element {
        guard depth < levels.count else { return .nothing }
        if index < levels[depth].count { return .item(levels[depth][index]) }
        return index == levels[depth].count && depth + 1 < levels.count ? .subList : .nothing
    }

    /// Compares the lists from a level inwards with the end of a version: the first item that differs from it decides.
    private func comparedToNothing(from depth: Int) -> VersionComparison {
        for item in levels[depth...].joined() where item.comparedToNothing != .equal {
            return item.comparedToNothing
        }
        return .equal
    }

    /// Drops zeros that end a list or stand before a qualifier, and lists that hold nothing.
    private static func normalized(_ levels: [[MavenItem]]) -> [[MavenItem]] {
        var innermostFirst: [[MavenItem]] = []
        for level in levels.reversed() {
            let subList = innermostFirst.last
            var kept: [MavenItem] = []
            for item in level.reversed() {
                let isDropped: Bool
                if !item.isZero {
                    isDropped = false
                } else if let next = kept.last {
                    isDropped = next.isPlainQualifier
                } else if let subList {
                    isDropped = subList.first.map { !$0.isNumber } ?? false
                } else {
                    isDropped = true
                }
                if !isDropped { kept.append(item) }
            }
            if !kept.isEmpty || subList != nil { innermostFirst.append(kept.reversed()) }
        }
        return innermostFirst.reversed()
    }
}
