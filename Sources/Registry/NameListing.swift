/// What became of listing a registry's repositories.
package struct CatalogSummary: Sendable, Hashable {
    /// Pages read.
    package internal(set) var pages = 0
    /// Different repositories handed over.
    package internal(set) var repositories = 0
    /// Why the list may be incomplete or has gaps, one sentence each; empty where all is well.
    package internal(set) var problems: [String] = []
}

/// The tags of a repository.
package struct TagListing: Sendable, Hashable {
    /// Different tags in the registry's order.
    package internal(set) var tags: [String] = []
    /// Why the list may be incomplete or has gaps, one sentence each; empty where all is well.
    package internal(set) var problems: [String] = []
    /// Whether the list came to its end: a tag that it does not have is not there.
    package internal(set) var isWhole = true
}

/// Puts the pages of a list together: what is new in each, where the next is, and when to stop.
///
/// Registries cap pages without saying so, leave the `Link` out before the end, repeat pages and link in circles; each
/// ends in a full list or in a stated problem, never in an endless loop.
struct PagedNames: Sendable {
    /// Names asked for in a page.
    static let pageSize = 1000
    /// What a registry that refuses `pageSize` is asked for.
    static let smallPageSize = 100
    /// The most pages of one list.
    static let maxPages = 10_000
    /// The most names of one list.
    static let maxNames = 1_000_000
    /// Pages in a row without a new name before the list counts as a circle.
    static let maxBarrenPages = 3
    /// The most problems that are spelled out.
    static let maxProblems = 20

    private let isName: @Sendable (String) -> Bool
    /// A page without a `Link` ends the list where it holds fewer names; otherwise what follows its last name is asked for.
    private let probeFrom: Int
    private var seen: Set<String> = []
    private var addresses: Set<WebAddress>
    private var barrenPages = 0
    private(set) var current: WebAddress
    private(set) var pages = 0
    private(set) var problems: [String] = []
    /// Whether nothing says that there may be more names than were read.
    private(set) var isWhole = true
    /// Whether the current page is asked for on our own guess, so that its failure is no failure of the list.
    private(set) var isProbe = false

    init(start: WebAddress, probeFrom: Int, isName: @escaping @Sendable (String) -> Bool) {
        current = start
        addresses = [start]
        self.probeFrom = probeFrom
        self.isName = isName
    }

    var count: Int { seen.count }

    /// Takes a page's names and `Link` headers; returns the new names and whether `current` is now a next page to read.
    mutating func take(_ names: [String], links: [String]) -> (new: [String], continues: Bool) {
        pages += 1
        var new: [String] = []
        for name in names {
            guard isName(name) else {
                note("left out a name that is none: \(PlainText.line(name, limit: 80))")
                continue
            }
            guard seen.count < Self.maxNames || seen.contains(name) else {
                breakOff("the list was cut at \(Self.maxNames) names")
                return (new, false)
            }
            if seen.insert(name).inserted { new.append(name) }
        }
        barrenPages = new.isEmpty ? barrenPages + 1 : 0
        return (new, advance(names: names, new: new, links: links))
    }

    private mutating func advance(names: [String], new: [String], links: [String]) -> Bool {
        guard pages < Self.maxPages else {
            breakOff("the list was cut at \(Self.maxPages) pages")
            return false
        }
        guard let link = LinkHeader.next(in: links) else { return probe(after: names, new: new) }
        guard let next = current.resolving(link) else {
            breakOff("the next page's link is no address; the list may be incomplete")
            return false
        }
        guard next.origin == current.origin else {
            breakOff(
                "the next page's link leads to another host, \(next.host), and was not followed; the list may be incomplete"
            )
            return false
        }
        guard addresses.insert(next).inserted else {
            breakOff("the pages' links run in a circle; the list may be incomplete")
            return false
        }
        guard barrenPages < Self.maxBarrenPages else {
            breakOff("\(Self.maxBarrenPages) pages in a row repeated names; the list may be incomplete")
            return false
        }
        current = next
        isProbe = false
        return true
    }

    private mutating func probe(after names: [String], new: [String]) -> Bool {
        guard let last = names.last, !new.isEmpty, names.count >= probeFrom, isName(last) else { return false }
        let query = PercentEncoding.encode([("n", "\(min(names.count, Self.pageSize))"), ("last", last)])
        let next = WebAddress(origin: current.origin, target: current.path + "?" + query)
        guard addresses.insert(next).inserted else { return false }
        current = next
        isProbe = true
        return true
    }

    /// Notes why the rest of the list is not read.
    private mutating func breakOff(_ problem: String) {
        isWhole = false
        note(problem)
    }

    private mutating func note(_ problem: String) {
        if problems.count < Self.maxProblems { problems.append(problem) }
    }
}
