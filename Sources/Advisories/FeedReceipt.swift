import Bytes
import Crypto
import ScanModel

/// What an import found in one file, so that the next import need not open it while it is the same.
package struct FeedReceipt: Sendable, Codable, Equatable {
    /// Which importer reads of it what, and for whom.
    struct Job: Sendable, Codable, Equatable {
        var importer: Int
        /// The provider that the content speaks for.
        var provider: String
        /// Of a file with the documents of several publishers, whose are read; `nil` for all.
        var origin: String?
        /// The newest date that the publisher put on it.
        var date: String?
    }

    /// The place of the file as `FeedUnit` has it.
    package var name: String
    /// `sha256:…` of its content.
    var digest: String
    /// The program that read it: another one may find other things in it.
    var reader: String
    var jobs: [Job]
    /// The newest edition that each importer found.
    var editions: [Int: String]
    var skipped: [String]
    var ignored: [String]

    /// The identity of what `provider` is read from: files, importers and chosen editions.
    static func inputs(
        provider: String,
        reader: String,
        jobs: [(receipt: FeedReceipt, job: Job)],
        editions: [Int: String]
    ) -> String {
        let lines = jobs.map { receipt, job in
            [receipt.digest, "\(job.importer)", job.origin ?? "", editions[job.importer] ?? ""].joined(separator: "\t")
        }
        let text = ([reader, provider] + lines.sorted()).joined(separator: "\n")
        return Digest(sha256: SHA256.hash(data: Array(text.utf8))).description
    }
}

extension FeedUnit {
    /// `sha256:…` over the names and bytes of the files; throws where one cannot be read.
    ///
    /// The name counts, as some formats are known by it; the folder does not.
    func digest(limits: AdvisoryLimits) throws -> String {
        var hash = SHA256()
        for file in files {
            let content = try Self.content(of: file, limits: limits)
            let name = files.count == 1 ? file.name.split(separator: "/").last.map(String.init) ?? "" : file.name
            hash.update(data: Array("\(name.utf8.count):\(name)\(content.count):".utf8))
            content.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return Digest(sha256: hash.finalize()).description
    }
}

/// The receipts of earlier imports.
struct KnownReceipts {
    private let byName: [String: FeedReceipt]
    private let byDigest: [String: FeedReceipt]

    init(_ receipts: [FeedReceipt]) {
        byName = Dictionary(receipts.map { ($0.name, $0) }) { $1 }
        byDigest = Dictionary(receipts.map { ("\($0.digest) \($0.reader)", $0) }) { first, _ in first }
    }

    /// What was at this place.
    func receipt(at place: String) -> FeedReceipt? { byName[place] }

    /// What `reader` found in the same content, wherever that was.
    func receipt(of digest: String, reader: String) -> FeedReceipt? { byDigest["\(digest) \(reader)"] }
}
