import Bytes
import Codecs
import Tar
import XMLStream

/// Imports OVAL definitions (OVAL Language 5.11) of the publishers in `OVALPublisher`, one record for each.
///
/// A document is read twice, as definitions come before what they refer to: first for its tests, then for its
/// definitions, one at a time. Memory holds the former alone.
struct OVALImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool { OVALPublisher.publisher(of: file) != nil }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? {
        OVALPublisher.publisher(of: file)?.provider
    }

    /// The `timestamp` of the generator, which stands before the definitions (OVAL Common 5.11, GeneratorType).
    func date(of file: FeedFile) -> String? {
        let start = file.content.bytes(at: 0, count: min(file.content.count, Self.headBytes)) ?? []
        let head = String(decoding: start, as: UTF8.self)
        guard let mark = head.firstRange(of: "timestamp>") else { return nil }
        return BoundedText.date(String(head[mark.upperBound...].prefix(40).prefix { $0 != "<" }))
    }

    private static let headBytes = 8 * 1024

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        guard let publisher = OVALPublisher.publisher(of: file) else { return ImportCounts() }
        var counts = ImportCounts()
        try file.readXML { reader in
            let statements = OVALStatements(index: try OVALIndex(reader, limits: limits))
            let second = XMLReader(try file.open())
            while let event = try second.next() {
                guard case .start(let element) = event else { continue }
                if element.name == "oval_definitions" || element.name == "definitions" { continue }
                guard element.name == "definition" else {
                    try second.skipElement()
                    continue
                }
                let records: [AdvisoryRecord]
                do {
                    let definition = try OVALDefinition(element, second, limits: limits)
                    // An inventory says which product is installed, nothing about flaws.
                    guard definition.kind == "vulnerability" || definition.kind == "patch" else { continue }
                    let draft = OVALRecord(
                        definition,
                        publisher,
                        fileName: file.name,
                        provider: provider,
                        limits: limits
                    )
                    records = try draft.records(statements)
                } catch let problem as RecordProblem {
                    counts.skip("\(file.name): \(problem.reason)", limits: limits)
                    continue
                }
                for record in records {
                    counts.records += 1
                    try emit(.advisory(record))
                }
            }
        }
        return counts
    }
}

extension FeedFile {
    /// Reads the document as XML, and turns what is wrong with its frame into an error of the file.
    func readXML(_ body: (XMLReader) throws -> Void) throws {
        do {
            try body(XMLReader(try open()))
        } catch let error as XMLError {
            throw AdvisoryError(.damaged, "\(name): \(error)")
        } catch let error as CodecError {
            throw AdvisoryError(.damaged, "\(name): \(error)")
        } catch let error as TarError {
            throw AdvisoryError(.damaged, "\(name): \(error)")
        }
    }
}
