import XMLStream

/// One definition of an OVAL document: what a publisher says about a flaw or a bulletin, and the criteria that tell
/// whether a machine is affected.
struct OVALDefinition {
    struct Reference {
        var source: String
        var id: String
        var url: String
    }

    /// A flaw as the publisher's own part of the metadata names it.
    struct Flaw {
        /// The element's text, for example `CVE-2024-1` or `CVE-2024-1 at SUSE`.
        var name: String
        var vectors: [String]
        /// Ubuntu's package form: the test that tells of this flaw alone.
        var test: String?
        var priority: String?
    }

    var id: String
    /// `vulnerability`, `patch`, or another that says nothing about flaws (`inventory`).
    var kind: String
    var title = ""
    var summary = ""
    var platforms: [String] = []
    var references: [Reference] = []
    var flaws: [Flaw] = []
    var severity: String?
    /// Dates as the publisher writes them.
    var published: String?
    var updated: String?
    /// Red Hat: the CPEs of the products that it is about.
    var products: [String] = []
    /// Red Hat: what is decided about components without a fix, by the component's name.
    var resolutions: [String: String] = [:]
    private var resolution = ""
    /// Azure Linux: whether a fix is published.
    var isPatchable = true
    var criteria = OVALCriteria()

    /// Reads the definition whose start was the last event, its end included.
    ///
    /// Throws `RecordProblem` for a definition that is beyond a bound, after reading it to its end.
    init(_ element: XMLElement, _ reader: XMLReader, limits: AdvisoryLimits) throws {
        id = BoundedText.name(element["id"], limits: limits) ?? ""
        kind = element["class"] ?? ""
        let level = reader.depth
        var isTooLarge = false
        while reader.depth >= level, let event = try reader.next() {
            switch event {
            case .start(let element):
                try read(element, reader, limits)
                isTooLarge = isTooLarge || criteria.count > limits.maxRanges * 4
                if isTooLarge { criteria = OVALCriteria() }
            case .end("criteria"): criteria.close()
            default: continue
            }
        }
        guard !isTooLarge else { throw RecordProblem("\(id): more than \(limits.maxRanges * 4) criteria") }
        guard !id.isEmpty else { throw RecordProblem("a definition without an identifier") }
    }

    private mutating func read(_ element: XMLElement, _ reader: XMLReader, _ limits: AdvisoryLimits) throws {
        func text() throws -> String { try reader.elementText().trimmingSpaces }
        switch element.name {
        case "criteria": criteria.open(operator: element["operator"], isNegated: element["negate"] == "true")
        case "criterion", "extend_definition":
            criteria.add(
                test: element["test_ref"],
                comment: element["comment"].flatMap { BoundedText.name($0, limits: limits) } ?? "",
                isNegated: element["negate"] == "true"
            )
        case "title": title = BoundedText.clean(try text(), maxBytes: limits.maxSummaryBytes)
        case "description": summary = BoundedText.clean(try text(), maxBytes: limits.maxSummaryBytes)
        case "platform":
            guard let name = BoundedText.name(try text(), limits: limits), platforms.count < limits.maxAliases else {
                return
            }
            platforms.append(name)
        case "reference":
            guard references.count < limits.maxRanges else { return }
            references.append(
                Reference(
                    source: element["source"] ?? "",
                    id: BoundedText.name(element["ref_id"], limits: limits) ?? "",
                    url: element["ref_url"] ?? ""
                )
            )
        case "cve":
            let name = try text()
            guard flaws.count < limits.maxRanges else { return }
            flaws.append(
                Flaw(
                    name: BoundedText.clean(name, maxBytes: limits.maxNameBytes),
                    vectors: [element["cvss_vector"], element["cvss4"], element["cvss3"], element["cvss2"]].compactMap {
                        $0
                    },
                    test: element["test_ref"],
                    priority: element["priority"]
                )
            )
        case "cpe":
            guard let cpe = BoundedText.name(try text(), limits: limits), products.count < limits.maxAliases else {
                return
            }
            products.append(cpe)
        case "resolution": resolution = BoundedText.clean(element["state"] ?? "", maxBytes: limits.maxNameBytes)
        case "component":
            guard let name = BoundedText.name(try text(), limits: limits), resolutions.count < limits.maxRanges else {
                return
            }
            resolutions[name] = resolution
        case "severity":
            let word = BoundedText.name(try text(), limits: limits)
            severity = severity ?? word
        case "issued": published = published ?? element["date"]
        case "updated": updated = updated ?? element["date"]
        case "advisory_date", "public_date", "date":
            let date = BoundedText.name(try text(), limits: limits)
            published = published ?? date
        case "patchable": isPatchable = try text() != "false"
        default: return
        }
    }
}
