import Advisories
import Postgres
import ScanModel
import Versions

/// Reads the JSON in which `FleetAdvisorySink` keeps advisories, as far as a fleet's flaws and matches are made of it: most
/// of a record's text is links, of which nothing is kept.
///
/// A pass reads tens of thousands of these texts, and `JSONDecoder` takes most of its time for them; a test holds both against
/// each other. Throws ``StoreError/Code/schema`` where a text is not what the sink writes.
enum StoredAdvisory {
    static func range(_ text: String) throws(StoreError) -> AffectedRange {
        let fields = try StoredFields(text)
        guard let scheme = VersionScheme(rawValue: try fields.text("scheme")) else { throw fields.damaged("scheme") }
        return AffectedRange(
            ecosystem: try fields.text("ecosystem"),
            package: try fields.text("package"),
            scheme: scheme,
            introduced: fields["introduced"]?.string,
            introducedAfter: fields["introducedAfter"]?.string,
            fixed: fields["fixed"]?.string,
            lastAffected: fields["lastAffected"]?.string,
            versions: fields["versions"]?.strings ?? [],
            isEnumeration: try fields.flag("isEnumeration"),
            fixState: try fields.word("fixState"),
            severity: fields["severity"]?.string.flatMap(Severity.init),
            module: fields["module"]?.string,
            architectures: fields["architectures"]?.strings
        )
    }

    /// What no flaw and no match is made of.
    private static let unused: Set<String> = ["urls", "modified", "weaknesses", "ssvc"]

    /// A record without its ranges, its links and when it was last changed.
    static func record(_ text: String) throws(StoreError) -> AdvisoryRecord {
        let fields = try StoredFields(text, without: unused)
        return AdvisoryRecord(
            id: try fields.text("id"),
            provider: try fields.text("provider"),
            aliases: fields["aliases"]?.strings ?? [],
            covers: fields["covers"]?.strings ?? [],
            severity: try fields.word("severity"),
            cvss: try fields.vectors("cvss"),
            published: fields["published"]?.string,
            withdrawn: fields["withdrawn"]?.string,
            summary: try fields.text("summary")
        )
    }

    /// What is known of a CVE, without links, kinds of weakness, SSVC points and when it was last changed.
    static func enrichment(_ text: String) throws(StoreError) -> CVEEnrichment {
        let fields = try StoredFields(text, without: unused)
        return CVEEnrichment(
            cve: try fields.text("cve"),
            provider: try fields.text("provider"),
            severity: try fields.word("severity"),
            cvss: try fields.vectors("cvss"),
            published: fields["published"]?.string,
            summary: try fields.text("summary"),
            knownExploited: fields["knownExploited"]?.string,
            isRejected: try fields.flag("isRejected")
        )
    }

    static func exploitation(_ text: String) throws(StoreError) -> KEVEntry {
        let fields = try StoredFields(text)
        return KEVEntry(
            cve: try fields.text("cve"),
            dateAdded: try fields.text("dateAdded"),
            dueDate: fields["dueDate"]?.string,
            ransomware: try fields.flag("ransomware"),
            name: try fields.text("name")
        )
    }
}

/// The members of one stored text.
private struct StoredFields {
    /// Objects in lists in an object, and one to spare.
    private static let maxDepth = 4

    private let object: JSONObject

    init(_ text: String, without names: Set<String> = []) throws(StoreError) {
        var text = text
        // The text's bytes where they lie: the reader keeps none.
        let object = text.withUTF8 {
            try? JSONReader.object(UnsafeRawBufferPointer($0), without: names, maxDepth: Self.maxDepth)
        }
        guard let object else { throw StoreError(.schema, "a stored advisory is not the JSON of one") }
        self.object = object
    }

    subscript(name: String) -> JSONValue? { object[name] }

    func damaged(_ name: String) -> StoreError { StoreError(.schema, "a stored advisory has no proper \"\(name)\"") }

    func text(_ name: String) throws(StoreError) -> String {
        guard let text = object[name]?.string else { throw damaged(name) }
        return text
    }

    func flag(_ name: String) throws(StoreError) -> Bool {
        guard case .bool(let flag)? = object[name] else { throw damaged(name) }
        return flag
    }

    func word<Word: RawRepresentable<String>>(_ name: String) throws(StoreError) -> Word {
        guard let word = Word(rawValue: try text(name)) else { throw damaged(name) }
        return word
    }

    func vectors(_ name: String) throws(StoreError) -> [CVSSVector] {
        var vectors: [CVSSVector] = []
        for element in object[name]?.elements ?? [] {
            guard let version = element["version"]?.string, let vector = element["vector"]?.string,
                case .number(let score)? = element["score"]
            else { throw damaged(name) }
            vectors.append(CVSSVector(version: version, vector: vector, score: score))
        }
        return vectors
    }
}
