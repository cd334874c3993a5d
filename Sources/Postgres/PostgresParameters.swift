import CPostgres

/// The values of one statement in the form that libpq takes.
struct PostgresParameters {
    /// Most parameters one statement can have (a 16-bit count in the protocol).
    static let maxCount = 65_535
    private static let byteaType: Oid = 17
    private static let timestamptzType: Oid = 1184

    private var storage: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [Oid] = []

    init(_ values: [PostgresValue]) throws(PostgresError) {
        guard values.count <= Self.maxCount else {
            throw PostgresError(
                .invalidParameter,
                "\(values.count) parameters in one statement; at most \(Self.maxCount), send arrays instead"
            )
        }
        for value in values { try append(value) }
    }

    private mutating func append(_ value: PostgresValue) throws(PostgresError) {
        let start = storage.count
        var format: Int32 = 0
        var type: Oid = 0
        switch value {
        case .bytes(let bytes):
            storage.append(contentsOf: bytes)
            format = 1
            type = Self.byteaType
        case .timestamp:
            try PostgresText.append(value, to: &storage)
            type = Self.timestamptzType
        default:
            try PostgresText.append(value, to: &storage)
        }
        guard let length = Int32(exactly: storage.count - start) else {
            throw PostgresError(.invalidParameter, "a parameter of \(storage.count - start) bytes is too long")
        }
        storage.append(0)
        offsets.append(value == .null ? nil : start)
        lengths.append(length)
        formats.append(format)
        types.append(type)
    }

    /// Calls `PQexecParams`; nil where libpq could make no result.
    func execute(_ sql: String, on connection: OpaquePointer) -> OpaquePointer? {
        withPointers { PQexecParams(connection, sql, Int32(offsets.count), types, $0, lengths, formats, 0) }
    }

    /// Calls `PQexecPrepared`; nil where libpq could make no result.
    func executePrepared(_ name: String, on connection: OpaquePointer) -> OpaquePointer? {
        withPointers { PQexecPrepared(connection, name, Int32(offsets.count), $0, lengths, formats, 0) }
    }

    /// Calls `PQsendQueryParams`; `false` where it could not be sent.
    func send(_ sql: String, on connection: OpaquePointer) -> Bool {
        withPointers { PQsendQueryParams(connection, sql, Int32(offsets.count), types, $0, lengths, formats, 0) } == 1
    }

    /// Calls `PQsendQueryPrepared`; `false` where it could not be sent.
    func sendPrepared(_ name: String, on connection: OpaquePointer) -> Bool {
        withPointers { PQsendQueryPrepared(connection, name, Int32(offsets.count), $0, lengths, formats, 0) } == 1
    }

    /// Calls `PQprepare` for values of these types; nil where libpq could make no result.
    func prepare(_ name: String, _ sql: String, on connection: OpaquePointer) -> OpaquePointer? {
        PQprepare(connection, name, sql, Int32(types.count), types)
    }

    private func withPointers<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
        storage.withUnsafeBufferPointer { storage in
            let base = UnsafeRawPointer(storage.baseAddress)?.assumingMemoryBound(to: CChar.self)
            return body(offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } })
        }
    }
}
