import Bytes

/// Imports CISA's catalogue of known exploited vulnerabilities in its JSON form (known_exploited_vulnerabilities_schema.json).
struct KEVImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return false }  // Not an object: another format.
            // A catalogue that breaks off is still one, and refused when it is read.
            while let member = try? members.next() {
                if member.name == "catalogVersion" { return true }
            }
            return false
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "kev" }

    /// The `catalogVersion`, a date.
    func edition(of file: FeedFile) -> String? {
        file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return nil }  // Refused when it is read.
            while let member = try? members.next() {  // Likewise.
                guard member.name == "catalogVersion", member.value.count <= 42 else { continue }
                return (try? JSONReader.parse(member.value, maxDepth: 1))?.string
            }
            return nil
        }
    }

    /// `2024.05.02`; any other text would stand in the way of all that come later.
    func date(of file: FeedFile) -> String? {
        guard let version = edition(of: file), version.utf8.count == 10 else { return nil }
        for (index, byte) in version.utf8.enumerated() {
            let isDot = index == 4 || index == 7
            guard isDot ? byte == UInt8(ascii: ".") : (48...57).contains(byte) else { return nil }
        }
        return version
    }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        let document = try file.json(limits: limits)
        var counts = ImportCounts()
        for element in document["vulnerabilities"]?.elements ?? [] {
            guard let cve = BoundedText.name(element["cveID"]?.string, limits: limits), cve.hasPrefix("CVE-"),
                let added = BoundedText.date(element["dateAdded"]?.string)
            else {
                counts.skip("\(file.name): an entry without a CVE or a date", limits: limits)
                continue
            }
            counts.records += 1
            let entry = KEVEntry(
                cve: cve,
                dateAdded: added,
                dueDate: BoundedText.date(element["dueDate"]?.string),
                ransomware: element["knownRansomwareCampaignUse"]?.string == "Known",
                name: BoundedText.clean(element["vulnerabilityName"]?.string ?? "", maxBytes: limits.maxNameBytes)
            )
            try emit(.kev(entry))
        }
        return counts
    }
}
