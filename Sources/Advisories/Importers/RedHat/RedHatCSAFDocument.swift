import ScanModel

/// One of Red Hat's CSAF documents on its way into the normalised form.
///
/// A VEX document is a statement about its one CVE. An advisory is a bulletin: its flaws come together in one record,
/// and in more where the document says different things about them.
struct RedHatCSAFDocument {
    private let document: JSONValue
    private let identifier: String
    private let tree: CSAFProductTree
    private let limits: AdvisoryLimits

    init(_ root: JSONValue, limits: AdvisoryLimits) throws(RecordProblem) {
        guard let document = root["document"],
            let identifier = BoundedText.name(document["tracking"]?["id"]?.string, limits: limits)
        else { throw RecordProblem("no usable tracking id") }
        self.document = root
        self.identifier = identifier
        self.limits = limits
        tree = try CSAFProductTree(root["product_tree"], limits: limits)
    }

    func normalized(provider: String) throws(RecordProblem) -> [AdvisoryRecord] {
        let flaws = document["vulnerabilities"]?.elements ?? []
        guard !flaws.isEmpty else { throw RecordProblem("no vulnerability") }
        guard flaws.count <= limits.maxAliases else { throw RecordProblem("more than \(limits.maxAliases) flaws") }
        var groups: [(ranges: [AffectedRange], flaws: [JSONValue])] = []
        for flaw in flaws {
            let ranges = try ranges(of: flaw)
            if let index = groups.firstIndex(where: { $0.ranges == ranges }) {
                groups[index].flaws.append(flaw)
            } else {
                groups.append((ranges, [flaw]))
            }
        }
        return groups.map { record($0.flaws, $0.ranges, provider: provider) }
    }

    private func record(_ flaws: [JSONValue], _ ranges: [AffectedRange], provider: String) -> AdvisoryRecord {
        let tracking = document["document"]?["tracking"]
        let cves = flaws.compactMap { BoundedText.name($0["cve"]?.string, limits: limits) }.filter {
            $0.hasPrefix("CVE-")
        }
        let isStatement = cves == [identifier]
        let cvss = Set(flaws.flatMap(scores)).sorted { left, right in
            left.version == right.version ? left.vector < right.vector : left.version > right.version
        }
        let stated = flaws.flatMap { $0["threats"]?.elements ?? [] }.compactMap(Self.impact)
        let title = isStatement ? flaws.first?["title"]?.string : nil
        return AdvisoryRecord(
            id: identifier,
            provider: provider,
            covers: isStatement ? [] : Set(cves).sorted(),
            severity: stated.max() ?? cvss.map(CVSS.severity).max() ?? .unknown,
            cvss: cvss,
            published: BoundedText.date(
                isStatement ? flaws.first?["release_date"]?.string : tracking?["initial_release_date"]?.string
            ),
            modified: BoundedText.date(tracking?["current_release_date"]?.string),
            summary: BoundedText.clean(
                title ?? document["document"]?["title"]?.string ?? "",
                maxBytes: limits.maxSummaryBytes
            ),
            urls: urls(),
            affected: ranges
        )
    }

    private func urls() -> [String] {
        var urls: [String] = []
        for reference in document["document"]?["references"]?.elements ?? [] {
            guard let url = BoundedText.url(reference["url"]?.string, limits: limits), !urls.contains(url) else {
                continue
            }
            urls.append(url)
            if urls.count == limits.maxURLs { break }
        }
        return urls
    }

    private func scores(_ flaw: JSONValue) -> [CVSSVector] {
        (flaw["scores"]?.elements ?? []).prefix(limits.maxAliases).flatMap { score in
            ["cvss_v4", "cvss_v3", "cvss_v2"].compactMap { score[$0]?["vectorString"]?.string.flatMap(CVSS.parse) }
        }
    }

    private static func impact(_ threat: JSONValue) -> Severity? {
        threat["category"]?.string == "impact" ? SeverityWord.severity(threat["details"]?.string) : nil
    }

    /// The statements about packages of Enterprise Linux (CSAF 2.0, section 3.2.3.9, product status).
    private func ranges(of flaw: JSONValue) throws(RecordProblem) -> [AffectedRange] {
        let severities = severities(of: flaw)
        let unfixed = unfixed(in: flaw)
        let status = flaw["product_status"]
        var statements = RPMStatements()
        var seen = 0
        for (member, kind) in Self.kinds {
            for identifier in status?[member]?.strings ?? [] {
                seen += 1
                guard seen <= limits.maxRanges else { throw RecordProblem("more than \(limits.maxRanges) statements") }
                guard let component = tree.component(identifier), let key = RedHatProduct.key(cpe: component.cpe),
                    let package = package(component)
                else { continue }
                let said: RPMStatements.Status
                switch kind {
                case .fixed:
                    guard let version = package.version else { continue }
                    said = .fixed(version)
                case .affected: said = .affected(unfixed[identifier] ?? .notFixed)
                case .investigated: said = .affected(.unknown)
                case .notAffected: said = .notAffected
                }
                statements.add(
                    said,
                    ecosystem: key,
                    package: package.name,
                    module: package.module,
                    architecture: package.architecture,
                    severity: severities[identifier] ?? severities[""]
                )
            }
        }
        return statements.ranges()
    }

    private enum Kind {
        case fixed, affected, investigated, notAffected
    }

    private static let kinds: [(String, Kind)] = [
        ("fixed", .fixed), ("first_fixed", .fixed), ("known_affected", .affected),
        ("under_investigation", .investigated), ("known_not_affected", .notAffected),
    ]

    /// The component as a package; `nil` for what is none (a container image, a jar) or comes by Flatpak.
    private func package(_ component: CSAFProductTree.Component) -> RPMPackageURL? {
        guard let purl = component.purl, let package = RPMPackageURL(purl),
            BoundedText.name(package.name, limits: limits) != nil,
            package.version.map({ BoundedText.name($0, limits: limits) != nil }) != false,
            package.module.map({ BoundedText.name($0, limits: limits) == nil || RedHatProduct.isFlatpak(module: $0) })
                != true
        else { return nil }
        return package
    }

    /// Red Hat's rating by product; under the empty identifier that of a rating without products.
    private func severities(of flaw: JSONValue) -> [String: Severity] {
        var severities: [String: Severity] = [:]
        for threat in flaw["threats"]?.elements ?? [] {
            guard let severity = Self.impact(threat) else { continue }
            let products = threat["product_ids"]?.strings ?? []
            for product in products.isEmpty ? [""] : products { severities[product] = severity }
        }
        return severities
    }

    /// Why affected products have no fix (section 3.2.3.12): `no_fix_planned` is a decision, `none_available` is not.
    private func unfixed(in flaw: JSONValue) -> [String: FixState] {
        var states: [String: FixState] = [:]
        for remediation in flaw["remediations"]?.elements ?? []
        where remediation["category"]?.string == "no_fix_planned" {
            for product in remediation["product_ids"]?.strings ?? [] { states[product] = .wontFix }
        }
        return states
    }
}
