import Bytes
import OnePassJSON

/// Reads Red Hat's map of repositories to products (`security.access.redhat.com/data/metrics/repository-to-cpe.json`).
///
/// Which repository an RPM came from is not in an image's package database, so nothing is matched with the map: its
/// entries are checked and counted, that an import of a folder with it is complete.
struct RepositoryCPEImporter: AdvisoryImporter {
    let isOneRecordPerFile = false

    func canRead(_ file: FeedFile) -> Bool {
        file.content.withUnsafeBytes { bytes in
            // What cannot be read is another format.
            guard var members = try? JSONMembers(bytes), let data = try? members.next(), data.name == "data",
                var repositories = try? JSONMembers(data.value), let first = try? repositories.next()
            else { return false }
            return (try? Self.products(of: first.value, limits: AdvisoryLimits())) != nil
        }
    }

    func origin(of file: FeedFile, limits: AdvisoryLimits) -> String? { "redhat-repositories" }

    func importRecords(
        from file: FeedFile,
        provider: String,
        limits: AdvisoryLimits,
        emit: (FeedItem) throws -> Void
    ) throws -> ImportCounts {
        var counts = ImportCounts()
        try file.content.withUnsafeBytes { bytes in
            do {
                var members = try JSONMembers(bytes)
                while let member = try members.next() {
                    guard member.name == "data" else { continue }
                    var repositories = try JSONMembers(member.value)
                    while let repository = try repositories.next() {
                        do throws(RecordProblem) {
                            _ = try Self.products(of: repository.value, limits: limits)
                            counts.records += 1
                        } catch {
                            counts.skip("\(repository.name): \(error.reason)", limits: limits)
                        }
                    }
                }
            } catch let error as JSONError {
                throw AdvisoryError(.damaged, "\(file.name): \(error)")
            }
        }
        return counts
    }

    private static func products(
        of repository: UnsafeRawBufferPointer,
        limits: AdvisoryLimits
    ) throws(RecordProblem) -> [String] {
        let entry = try RecordProblem.parse(repository, limits: limits)
        guard let products = entry["cpes"]?.strings, products.allSatisfy({ $0.hasPrefix("cpe:") }) else {
            throw RecordProblem("no CPEs")
        }
        return products
    }
}
