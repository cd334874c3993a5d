/// A feed as its publisher offers it: one folder of files for `import`.
package struct UpstreamFeed: Sendable {
    /// The folder that its files are kept in, and its name for `--only`.
    package let name: String
    /// The publisher's format, in a word or two.
    package let format: String
    /// Which distribution, ecosystem or question it answers for.
    package let covers: String
    /// What its terms restrict; `nil` where anybody may use and pass it on.
    package let licence: String?
    /// Whether it is fetched when nothing else is asked for.
    package let isDefault: Bool
    package let sources: [FeedSource]

    init(
        _ name: String,
        _ format: String,
        covers: String,
        licence: String? = nil,
        isDefault: Bool = true,
        _ sources: FeedSource...
    ) {
        self.name = name
        self.format = format
        self.covers = covers
        self.licence = licence
        self.isDefault = isDefault
        self.sources = sources
    }

    /// Where it comes from, as `--list` prints it.
    package var addresses: [String] { sources.map(\.address) }
}

/// Where files of a feed are, or where it says so.
package enum FeedSource: Sendable {
    /// One file, kept under a name of ours. A publisher may not offer an optional one any more, or not yet.
    case file(String, as: String, isOptional: Bool = false)
    /// A file for each year since `first`, `YEAR` in both texts standing for it; that of the running year may be missing.
    case years(String, as: String, first: Int)
    /// Every file that a page links to and whose name ends so; folders below the page count up to a depth.
    case page(String, endings: [String], depth: Int = 0)
    /// A text with the name of the file, beside which it is.
    case pointer(String, as: String)
    /// The bulletins (`updateinfo`) of a package repository.
    case repository(String, as: String)
    /// The same for each folder with a number for a name that a page links to, `RELEASE` standing for it.
    case releases(String, below: String, as: String)
    /// The same, of the first repository in a list of mirrors.
    case mirrorList(String, as: String, isOptional: Bool = false)

    /// For people.
    package var address: String {
        switch self {
        case .file(let address, _, _), .years(let address, _, _), .page(let address, _, _), .pointer(let address, _),
            .repository(let address, _), .releases(let address, _, _), .mirrorList(let address, _, _):
            address
        }
    }

    /// The names of its files, where they are known beforehand.
    func names(thisYear: Int) -> [String] {
        switch self {
        case .file(_, let name, _), .pointer(_, let name), .repository(_, let name), .mirrorList(_, let name, _): [name]
        case .years(_, let name, let first):
            (first...max(first, thisYear)).map { name.replacing("YEAR", with: "\($0)") }
        case .page, .releases: []
        }
    }
}
