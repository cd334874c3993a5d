/// Typed values of a header (RPM V4 package format, Header Structure, Tag data types).
extension RPMHeader {
    private enum ValueType: UInt32 {
        /// A number of one byte, too: the states of files are of this type.
        case char = 1
        case int8 = 2
        case int16 = 3
        case int32 = 4
        case int64 = 5
        case string = 6
        case binary = 7
        case stringArray = 8
        /// One string for each locale the package was built with; the first one is for the C locale.
        case localizedString = 9

        /// The bytes of one number, `nil` for a type which is not a number.
        var integerBytes: Int? {
            switch self {
            case .char, .int8: 1
            case .int16: 2
            case .int32: 4
            case .int64: 8
            case .string, .binary, .stringArray, .localizedString: nil
            }
        }
    }

    /// The string of a tag, the first one of an array, or `nil` where the tag is absent.
    ///
    /// Bytes that are not UTF-8 become U+FFFD.
    func string(_ tag: RPMTag, maxBytes: Int) throws(RecordDamage) -> String? {
        guard let entry = entry(tag) else { return nil }
        switch ValueType(rawValue: entry.type) {
        case .string, .stringArray, .localizedString: break
        default: throw RecordDamage("\(tag) is not a string")
        }
        var position = try start(of: entry, tag)
        return try nextString(at: &position, tag, maxBytes: maxBytes)
    }

    /// The strings of an array, or `nil` where the tag is absent.
    func strings(_ tag: RPMTag, maxCount: Int, maxBytes: Int) throws(RecordDamage) -> [String]? {
        guard let entry = entry(tag) else { return nil }
        switch ValueType(rawValue: entry.type) {
        case .string, .stringArray, .localizedString: break
        default: throw RecordDamage("\(tag) is not an array of strings")
        }
        var position = try start(of: entry, tag)
        // Every string has at least its NUL, so the data bounds the count too.
        guard entry.count <= maxCount, entry.count <= data.upperBound - position else {
            throw RecordDamage("\(tag) claims \(entry.count) strings")
        }
        var result: [String] = []
        result.reserveCapacity(entry.count)
        for _ in 0..<entry.count { result.append(try nextString(at: &position, tag, maxBytes: maxBytes)) }
        return result
    }

    /// The first number of a tag, unsigned, or `nil` where the tag is absent.
    func integer(_ tag: RPMTag) throws(RecordDamage) -> Int? {
        guard let entry = entry(tag) else { return nil }
        let first = Entry(type: entry.type, offset: entry.offset, count: min(entry.count, 1))
        guard let value = try integers(first, tag).first else { throw RecordDamage("\(tag) is empty") }
        return value
    }

    /// The numbers of a tag, unsigned, or `nil` where the tag is absent.
    func integers(_ tag: RPMTag, maxCount: Int) throws(RecordDamage) -> [Int]? {
        guard let entry = entry(tag) else { return nil }
        guard entry.count <= maxCount else { throw RecordDamage("\(tag) claims \(entry.count) numbers") }
        return try integers(entry, tag)
    }

    /// The bytes of a tag, or `nil` where the tag is absent.
    func binary(_ tag: RPMTag, maxBytes: Int) throws(RecordDamage) -> ArraySlice<UInt8>? {
        guard let entry = entry(tag) else { return nil }
        guard ValueType(rawValue: entry.type) == .binary else { throw RecordDamage("\(tag) is not binary") }
        let start = try start(of: entry, tag)
        guard entry.count <= maxBytes, entry.count <= data.upperBound - start else {
            throw RecordDamage("\(tag) claims \(entry.count) bytes")
        }
        return bytes[start..<start + entry.count]
    }

    private func integers(_ entry: Entry, _ tag: RPMTag) throws(RecordDamage) -> [Int] {
        guard let size = ValueType(rawValue: entry.type)?.integerBytes else {
            throw RecordDamage("\(tag) is not a number")
        }
        let start = try start(of: entry, tag)
        guard entry.count <= (data.upperBound - start) / size else {
            throw RecordDamage("\(tag) claims \(entry.count) numbers")
        }
        var result: [Int] = []
        result.reserveCapacity(entry.count)
        for index in 0..<entry.count {
            let at = start + index * size
            let value = bytes[at..<at + size].reduce(into: UInt64(0)) { $0 = $0 << 8 | UInt64($1) }
            guard let value = Int(exactly: value) else { throw RecordDamage("\(tag) is out of range") }
            result.append(value)
        }
        return result
    }

    /// The position in `bytes` where the values of an entry start, inside the data.
    private func start(of entry: Entry, _ tag: RPMTag) throws(RecordDamage) -> Int {
        guard entry.offset < data.count else { throw RecordDamage("\(tag) lies outside the header") }
        return data.lowerBound + entry.offset
    }

    /// The NUL-terminated string at `position`, which moves behind the NUL.
    private func nextString(
        at position: inout Int,
        _ tag: RPMTag,
        maxBytes: Int
    ) throws(RecordDamage) -> String {
        let rest = bytes[position..<data.upperBound]
        guard let end = rest.firstIndex(of: 0) else { throw RecordDamage("\(tag) has no end") }
        guard end - position <= maxBytes else { throw RecordDamage("\(tag) has \(end - position) bytes") }
        let result = String(decoding: rest[position..<end], as: UTF8.self)
        position = end + 1
        return result
    }
}
