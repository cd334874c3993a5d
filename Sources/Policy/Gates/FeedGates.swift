extension Gate {
    static let npms = Gate(
        "npms",
        "NPM Checks",
        [
            NotLatestTrigger<Npm>.self, NotOfficialTrigger<Npm>.self, BadVersionTrigger<Npm>.self,
            NamedPackageTrigger<Npm>.self, FeedMissingTrigger<Npm>.self,
        ]
    )

    static let rubyGems = Gate(
        "ruby_gems",
        "Ruby Gem Checks",
        [
            NotLatestTrigger<Gem>.self, NotOfficialTrigger<Gem>.self, BadVersionTrigger<Gem>.self,
            NamedPackageTrigger<Gem>.self, FeedMissingTrigger<Gem>.self,
        ]
    )
}

/// A language whose packages a feed lists, and the words that its gate has for things.
private protocol FeedLanguage: Sendable {
    static var type: String { get }
    /// Triggers in the order of the gate's list.
    static var triggers: [String] { get }
    static var plural: String { get }
    static var code: String { get }
    static var notLatestPrefix: String { get }
    static var listedPrefix: String { get }
    static func feed(_ image: ImageFacts) -> Collected<PackageFeed>
}

private enum Npm: FeedLanguage {
    static let type = "npm"
    static let triggers = [
        "newer_version_in_feed", "unknown_in_feeds", "version_not_in_feeds", "blacklisted_name_version",
        "feed_data_unavailable",
    ]
    static let plural = "NPM"
    static let code = "NPM"
    static let notLatestPrefix = "NPMNOTLATEST "
    static let listedPrefix = "NPM"

    static func feed(_ image: ImageFacts) -> Collected<PackageFeed> { image.npmFeed }
}

private enum Gem: FeedLanguage {
    static let type = "gem"
    static let triggers = [
        "newer_version_found_in_feed", "not_found_in_feed", "version_not_found_in_feed", "blacklist",
        "feed_data_unavailable",
    ]
    static let plural = "Gem"
    static let code = "GEM"
    static let notLatestPrefix = ""
    static let listedPrefix = "Gem"

    static func feed(_ image: ImageFacts) -> Collected<PackageFeed> { image.gemFeed }
}

extension FeedLanguage {
    /// The image's packages of the language: names in the order of the image, each with its versions.
    fileprivate static func installed(_ image: ImageFacts) throws(Unjudged) -> [(name: String, versions: [String])] {
        var found: [(name: String, versions: [String])] = []
        var places: [String: Int] = [:]
        for package in try image.packages.get() where package.type == type {
            if let place = places[package.name] {
                if !found[place].versions.contains(package.version) { found[place].versions.append(package.version) }
            } else {
                places[package.name] = found.count
                found.append((package.name, [package.version]))
            }
        }
        return found
    }

    /// The feed's packages; says so where there is no feed, without an effect: ``FeedMissingTrigger`` is for that.
    fileprivate static func listed(_ image: ImageFacts) throws(Unjudged) -> [String: PackageFeed.Entry] {
        switch feed(image) {
        case .collected(let feed): return feed.entries
        case .notCollected(let reason):
            if try installed(image).isEmpty { return [:] }
            throw Unjudged(.unavailable, reason)
        }
    }
}

private struct NotLatestTrigger<Language: FeedLanguage>: ImageTrigger {
    static var name: String { Language.triggers[0] }
    static var summary: String {
        "Triggers if an installed \(Language.plural) is not the latest version according to the package feed."
    }

    init(_: ParameterValues) {}

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let listed = try Language.listed(image)
        return try Language.installed(image).flatMap { item in
            guard let latest = listed[item.name]?.latest else { return [TriggerFinding]() }
            return item.versions.filter { !$0.isEmpty && $0 != latest }.map {
                TriggerFinding(
                    "\(Language.notLatestPrefix)Package (\(item.name)) version (\($0)) installed "
                        + "but is not the latest version (\(latest))"
                )
            }
        }
    }
}

private struct NotOfficialTrigger<Language: FeedLanguage>: ImageTrigger {
    static var name: String { Language.triggers[1] }
    static var summary: String { "Triggers if an installed \(Language.plural) is not in the official package feed." }

    init(_: ParameterValues) {}

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let listed = try Language.listed(image)
        guard !listed.isEmpty else { return [] }
        return try Language.installed(image).filter { listed[$0.name] == nil }.map {
            TriggerFinding(
                "\(Language.code)NOTOFFICIAL Package (\($0.name)) in container "
                    + "but not in official \(Language.code) feed."
            )
        }
    }
}

private struct BadVersionTrigger<Language: FeedLanguage>: ImageTrigger {
    static var name: String { Language.triggers[2] }
    static var summary: String {
        "Triggers if an installed \(Language.plural) version is not listed in the official feed as a valid version."
    }

    init(_: ParameterValues) {}

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        let listed = try Language.listed(image)
        return try Language.installed(image).flatMap { item in
            guard let versions = listed[item.name]?.versions else { return [TriggerFinding]() }
            return item.versions.filter { !versions.contains($0) }.map {
                TriggerFinding(
                    "\(Language.code)BADVERSION Package (\(item.name)) version (\($0)) installed but version is not "
                        + "in the official feed for this package (\(PythonText.list(versions)))"
                )
            }
        }
    }
}

private struct NamedPackageTrigger<Language: FeedLanguage>: ImageTrigger {
    static var name: String { Language.triggers[3] }
    static var summary: String {
        "Triggers if the image has a \(Language.plural) installed that matches the name and optionally a version."
    }
    static var parameters: [Parameter] {
        [
            Parameter("name", .text, required: true, example: "time_diff", "\(Language.plural) name to blacklist."),
            Parameter("version", .text, example: "0.2.9", "\(Language.plural) version to blacklist specifically."),
        ]
    }

    private let wanted: String
    private let version: String?

    init(_ values: ParameterValues) {
        wanted = values.text("name") ?? ""
        version = values.text("version")
    }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        guard let versions = try Language.installed(image).first(where: { $0.name == wanted })?.versions else {
            return []
        }
        let start = "\(Language.listedPrefix) Package is blacklisted: \(wanted)"
        guard let version else { return [TriggerFinding(start)] }
        return versions.contains(version) && !version.isEmpty ? [TriggerFinding("\(start)-\(version)")] : []
    }
}

private struct FeedMissingTrigger<Language: FeedLanguage>: ImageTrigger {
    static var name: String { Language.triggers[4] }
    static var summary: String { "Triggers if there is no data of the \(Language.code) package feed." }

    init(_: ParameterValues) {}

    func findings(in image: ImageFacts, _: EvaluationContext) -> [TriggerFinding] {
        guard Language.feed(image).value == nil else { return [] }
        return [
            TriggerFinding(
                "\(Language.plural) packages are present but the anchore \(Language.type) feed is not available - "
                    + "will be unable to perform checks that require feed data"
            )
        ]
    }
}
