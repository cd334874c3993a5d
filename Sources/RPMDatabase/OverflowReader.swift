import Bytes

/// Follows chains of overflow pages of a Berkeley DB file and visits each page once.
///
/// A page belongs to one chain. Refusing a second visit makes cyclic chains end, and keeps many items which name one
/// chain from costing more than the file's size.
struct OverflowReader {
    private let database: BerkeleyHashFile
    private var visited: [Bool]

    init(of database: BerkeleyHashFile) {
        self.database = database
        visited = Array(repeating: false, count: database.pageCount)
    }

    /// The `count` bytes of the chain which starts at `page`.
    mutating func bytes(from page: Int, count: Int) throws(RecordDamage) -> [UInt8] {
        guard count <= database.file.count else { throw RecordDamage("it claims more bytes than the file has") }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var page = page
        while result.count < count {
            // Page 0 is the meta page; as the next page it means the end.
            guard page > 0, page < database.pageCount else {
                throw RecordDamage("its overflow pages end after \(result.count) of \(count) bytes")
            }
            guard !visited[page] else { throw RecordDamage("overflow page \(page) is used twice") }
            visited[page] = true
            let start = page * database.pageBytes
            guard database.pageType(page) == .overflow,
                let next = database.number(at: start + 16, as: UInt32.self),
                let length = database.number(at: start + 22, as: UInt16.self),
                Int(length) <= database.pageBytes - database.pageHeaderBytes,
                let bytes = database.file.bytes(at: start + database.pageHeaderBytes, count: Int(length))
            else { throw RecordDamage("overflow page \(page) is damaged") }
            result.append(contentsOf: bytes.prefix(count - result.count))
            page = Int(next)
        }
        return result
    }
}
