import ScanModel

/// Turns what a definition says about packages into ranges, filed under the releases that its conditions name.
struct OVALRanges {
    /// What the conditions beside a package come to.
    private struct Scope {
        var releases: [String]
        /// Whether any product is named, also one that is no release.
        var namesProduct: Bool
        var module: String?
    }

    private let publisher: OVALPublisher
    private let scopes: [Int: Scope]
    /// Where no condition names a product, the products that the definition is about.
    private let releases: [String]
    private let severity: Severity?
    private let isPatchable: Bool
    private let redHat: RedHatOVALState?
    private let limits: AdvisoryLimits

    init(
        _ definition: OVALDefinition,
        _ publisher: OVALPublisher,
        fileName: String,
        conditions: [Int: [String]],
        limits: AdvisoryLimits
    ) {
        self.publisher = publisher
        self.limits = limits
        severity = definition.kind == "patch" ? nil : SeverityWord.severity(definition.severity)
        isPatchable = definition.isPatchable
        redHat = publisher == .redHat ? RedHatOVALState(definition) : nil
        let named = definition.platforms.compactMap { publisher.release(platform: $0, fileName: fileName) }
        // Red Hat's conditions name the release alone; which channel of it a definition is about, its CPEs tell.
        let isNamedByCPE = redHat != nil && !definition.products.isEmpty
        releases = Set(isNamedByCPE ? definition.products.compactMap(RedHatProduct.key(cpe:)) : named).sorted()
        scopes = conditions.mapValues { comments in
            let products = comments.compactMap(Self.product)
            return Scope(
                releases: Set(products.compactMap { publisher.release(platform: $0, fileName: fileName) }).sorted(),
                namesProduct: !products.isEmpty && !isNamedByCPE,
                module: comments.lazy.compactMap(Self.module).first
            )
        }
    }

    /// The ranges of `statements`, in their order, without duplicates.
    func ranges(_ statements: [OVALStatement]) throws(RecordProblem) -> [AffectedRange] {
        var seen: Set<AffectedRange> = []
        var ranges: [AffectedRange] = []
        for statement in statements {
            let around = statement.scopes.compactMap { scopes[$0] }
            let releases = around.first { $0.namesProduct }?.releases ?? releases
            let module = around.lazy.compactMap(\.module).first
            for release in releases {
                for package in packages(of: statement) {
                    let range = range(statement, package, release, module)
                    guard seen.insert(range).inserted else { continue }
                    ranges.append(range)
                    guard ranges.count <= limits.maxRanges else {
                        throw RecordProblem("more than \(limits.maxRanges) ranges")
                    }
                }
            }
        }
        guard publisher == .ubuntu else { return ranges }
        return UbuntuRelease.withUnfixedRelease(ranges)
    }

    private func range(
        _ statement: OVALStatement,
        _ package: String,
        _ release: String,
        _ module: String?
    ) -> AffectedRange {
        var range = AffectedRange(
            ecosystem: release,
            package: package,
            scheme: publisher.scheme,
            fixState: isPatchable ? .fixed : .notFixed,
            severity: severity,
            module: module
        )
        switch statement.bound {
        case .fixed(let fixed, let introduced):
            range.fixed = fixed
            range.introduced = introduced
        case .lastAffected(let last, let introduced):
            range.lastAffected = last
            range.introduced = introduced
            range.fixState = isPatchable ? .unknown : .notFixed
        case .all: range.fixState = .notFixed
        case .none:
            range.fixed = AffectedRange.neverAffectedBound
            range.fixState = .fixed
        }
        if let redHat { return redHat.applied(to: range) }
        guard publisher == .ubuntu else { return range }
        return UbuntuCriterion(statement.comment).applied(to: range)
    }

    /// Ubuntu files its statements under source packages, which the object's remark names, "The 'openssh' package
    /// binaries"; in its bulletins only the binaries are known.
    private func packages(of statement: OVALStatement) -> [String] {
        guard publisher == .ubuntu, let remark = statement.objectComment else { return statement.packages }
        let parts = remark.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].hasPrefix(" package"), !parts[1].isEmpty else { return statement.packages }
        return [String(parts[1])]
    }

    /// `Oracle Linux 8` in "Oracle Linux 8 is installed".
    private static func product(_ comment: String) -> String? {
        comment.hasSuffix(" is installed") ? String(comment.dropLast(" is installed".count)) : nil
    }

    /// `virt:kvm_utils` in "Module virt:kvm_utils is enabled".
    private static func module(_ comment: String) -> String? {
        let words = comment.split(separator: " ")
        guard words.count == 4, words[0] == "Module", words[2] == "is", words[3] == "enabled",
            words[1].split(separator: ":").count == 2
        else { return nil }
        return String(words[1])
    }
}

/// The state of a package as Ubuntu's criteria put it, "openssh package in jammy was vulnerable but has been fixed".
struct UbuntuCriterion {
    private let comment: String

    init(_ comment: String) { self.comment = comment }

    /// `range` with the state, and under the channel that the criterion names.
    func applied(to range: AffectedRange) -> AffectedRange {
        var range = range
        if let release = channel() { range.ecosystem = release }
        if UbuntuRelease.isPro(version: range.fixed ?? ""), range.ecosystem.hasPrefix("ubuntu:") {
            range.ecosystem = "ubuntu-pro:\(range.ecosystem.dropFirst("ubuntu:".utf8.count))"
        }
        guard range.fixed == nil else { return range }
        if comment.contains(" not affected") || comment.contains(" not vulnerable") {
            range.fixed = AffectedRange.neverAffectedBound
            range.fixState = .fixed
        } else if comment.contains(" ignore") || comment.contains("end of life") {
            range.fixState = .wontFix
        }
        return range
    }

    /// The key of `esm-infra/xenial` in "… package in esm-infra/xenial …"; `nil` where no channel is named.
    private func channel() -> String? {
        guard let mark = comment.firstRange(of: " package in ") else { return nil }
        let series = comment[mark.upperBound...].prefix { $0 != " " }
        return series.contains("/") ? UbuntuRelease.key(series: String(series)) : nil
    }
}
