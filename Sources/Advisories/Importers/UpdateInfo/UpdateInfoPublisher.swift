/// The distributions whose `updateinfo.xml` is read, and how each names its releases.
enum UpdateInfoPublisher: String {
    case amazon
    case rocky
    /// Also EPEL, which the same system publishes.
    case fedora

    init?(of update: UpdateInfoUpdate) {
        if update.id.hasPrefix("ALAS") {
            self = .amazon
        } else if update.from.hasSuffix("@rockylinux.org") {
            self = .rocky
        } else if update.id.hasPrefix("FEDORA-") {
            self = .fedora
        } else {
            return nil
        }
    }

    /// Whether an architecture that a bulletin leaves out is one that it says nothing about: Rocky Linux writes a file
    /// for each, the others one for all.
    var listsOneArchitecture: Bool { self == .rocky }

    /// The key of the release that a package is for; `nil` for a release that is not known.
    func key(of package: UpdateInfoUpdate.Package, in update: UpdateInfoUpdate) -> String? {
        switch self {
        case .amazon: Self.amazon(package.collection)
        case .rocky: Self.number(behind: "Rocky Linux ", in: update.release).map { "rocky:\($0)" }
        case .fedora:
            Self.number(behind: "Fedora EPEL ", in: update.release).map { "epel:\($0)" }
                ?? Self.number(behind: "Fedora ", in: update.release).map { "fedora:\($0)" }
        }
    }

    /// The page about a bulletin.
    func url(of id: String) -> String? {
        switch self {
        case .amazon: nil
        case .rocky: "https://errata.rockylinux.org/\(id)"
        case .fedora: "https://bodhi.fedoraproject.org/updates/\(id)"
        }
    }

    /// The module stream that a bulletin speaks about as a whole.
    func module(of update: UpdateInfoUpdate) -> String? {
        switch self {
        case .amazon: nil
        case .rocky: RPMModule.stream(inSummary: update.title)
        case .fedora:
            // `nginx-mainline-3820240218193500.f38`: a module's name, stream and version.
            update.id.hasPrefix("FEDORA-MODULAR-")
                ? RPMName(nevr: update.title[...]).map { "\($0.name):\($0.version.prefix { $0 != "-" })" } : nil
        }
    }

    /// The first version that a fix in one of Amazon's extra repositories is about.
    ///
    /// They hold other versions of packages that the main repository has too: `amazon-linux-2---kernel-5.15` brings
    /// `kernel-5.15.…`, and an image with kernel 4.14 is none of its business.
    func introduced(of package: UpdateInfoUpdate.Package) -> String? {
        guard self == .amazon, let mark = package.collection.firstRange(of: "---") else { return nil }
        let topic = package.collection[mark.upperBound...]
        let digits = topic.reversed().prefix { ($0.isNumber && $0.isASCII) || $0 == "." }
        let version = String(digits.reversed())
        guard let first = version.first, first != ".", package.version.hasPrefix(version + ".") else { return nil }
        return version
    }

    private static func amazon(_ collection: String) -> String? {
        if collection.hasPrefix("amazon-linux-ami") { return "amzn:1" }
        return number(behind: "amazon-linux-", in: collection).map { "amzn:\($0)" }
    }

    private static func number(behind prefix: String, in text: String) -> String? {
        guard text.hasPrefix(prefix) else { return nil }
        let digits = text.dropFirst(prefix.count).prefix { $0.isNumber && $0.isASCII }
        return digits.isEmpty || digits.count > 4 ? nil : String(digits)
    }
}
