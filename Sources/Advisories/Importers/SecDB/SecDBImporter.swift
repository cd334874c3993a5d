import Bytes
import ScanModel
import Versions

/// Imports the fixes of Alpine, Wolfi and Chainguard (secdb.alpinelinux.org, packages.wolfi.dev, packages.cgr.dev), in JSON
/// and in the YAML of before 2020.
///
/// Every line of a fix is one record. A fix in version "0" says that the package was never affected.
struct SecDBImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    /// Bytes in which the head of the YAML form is looked for.
    private static let headBytes = 4096

    func canRead(_ file: FeedFile) -> Bool { ecosystem(of: file) != nil }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        ecosystem(of: file).map { String($0.prefix { $0 != ":" }) }
    }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        try file.checkSize(limits: limits)
        let document =
            if isJSON(file) {
                SecDBDocument(try file.json(limits: limits), limits: limits)
            } else {
                file.content.withUnsafeBytes { SecDBDocument(yaml: $0, limits: limits) }
            }
        var counts = ImportCounts()
        guard let ecosystem = document.ecosystem else { return counts }
        for problem in document.problems { counts.skip("\(file.name): \(problem)", limits: limits) }
        for package in document.packages {
            let shared = Self.sharedNames(of: package)
            for fix in package.fixes {
                let range = Self.range(package.name, fixed: fix.version, ecosystem: ecosystem)
                for line in fix.identifiers {
                    guard range != nil, line.utf8.count <= limits.maxNameBytes,
                        let record = Self.record(line, shared: shared, range: range, provider: provider)
                    else {
                        counts.skip("\(file.name): \(package.name) \(fix.version): \(line)", limits: limits)
                        continue
                    }
                    counts.records += 1
                    try emit(.advisory(record))
                }
            }
        }
        return counts
    }

    private func isJSON(_ file: FeedFile) -> Bool {
        let start = file.content.bytes(at: 0, count: min(file.content.count, 64)) ?? []
        return start.first { $0 > 0x20 && $0 < 0x80 } == UInt8(ascii: "{")
    }

    private func ecosystem(of file: FeedFile) -> String? {
        guard isJSON(file) else { return yamlEcosystem(of: file) }
        return file.content.withUnsafeBytes { bytes in
            guard var members = try? JSONMembers(bytes) else { return nil }  // Not an object: another format.
            var hasPackages = false
            // A file that breaks off is refused when it is read.
            while let member = try? members.next() {
                // A repository without fixes has an empty text or `null` there.
                guard member.name == "packages", let first = member.value.first else { continue }
                hasPackages = [UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "n")].contains(first)
            }
            guard hasPackages, let header = try? SecDBDocument(header: bytes) else { return nil }  // Likewise.
            return header.repository.isEmpty ? nil : header.ecosystem
        }
    }

    private func yamlEcosystem(of file: FeedFile) -> String? {
        let head = file.content.bytes(at: 0, count: min(file.content.count, Self.headBytes)) ?? []
        let lines = head.split(separator: UInt8(ascii: "\n"))
        guard lines.contains(where: { $0.starts(with: Array("distroversion:".utf8)) }),
            lines.contains(where: { $0.starts(with: Array("packages:".utf8)) })
        else { return nil }
        return head.withUnsafeBytes { SecDBDocument(yaml: $0, limits: AdvisoryLimits()).ecosystem }
    }

    /// Names other than CVEs that stand beside several CVEs: a bulletin's, not another name of any of the flaws.
    private static func sharedNames(of package: SecDBDocument.Package) -> Set<String> {
        var owner: [String: String] = [:]
        var shared: Set<String> = []
        for line in package.fixes.lazy.flatMap(\.identifiers) {
            let names = SecDBIdentifier(line)
            for other in names.others {
                guard let cve = names.cves.first else { continue }
                if let known = owner[other], known != cve || names.cves.count > 1 { shared.insert(other) }
                if names.cves.count > 1 { shared.insert(other) }
                owner[other] = cve
            }
        }
        return shared
    }

    private static func range(_ package: String, fixed version: String, ecosystem: String) -> AffectedRange? {
        guard version.utf8.count <= 128, version.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return AffectedRange(
            ecosystem: ecosystem,
            package: package,
            scheme: .apk,
            fixed: version.isEmpty ? nil : version,
            fixState: version.isEmpty ? .notFixed : .fixed
        )
    }

    private static func record(
        _ line: String,
        shared: Set<String>,
        range: AffectedRange?,
        provider: String
    ) -> AdvisoryRecord? {
        let names = SecDBIdentifier(line)
        guard let id = names.first, let range else { return nil }
        let aliases = names.others.filter { $0 != id && !shared.contains($0) }
        return AdvisoryRecord(
            id: id,
            provider: provider,
            aliases: names.cves.count > 1 ? [] : aliases.sorted(),
            covers: names.cves.count > 1 ? names.cves.sorted() : [],
            urls: id.hasPrefix("CVE-") && provider == "alpine" ? ["https://security.alpinelinux.org/vuln/\(id)"] : [],
            affected: [range]
        )
    }
}
