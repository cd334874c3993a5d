/// A package and what was wrong with the less important parts of its header.
struct HeaderReading {
    /// The package, without its files.
    var package: RPMPackage
    var damage: [RecordDamage] = []

    /// What rpm prints, and older versions stored, for a field without a value.
    private static let noValue = "(none)"

    /// Reads everything but the files.
    ///
    /// - Throws: `RecordDamage` where name, version or release is absent or unreadable: without them there is no
    ///   package. Damage to another field leaves that field out.
    init(_ header: RPMHeader, limits: RPMDatabaseLimits) throws(RecordDamage) {
        package = RPMPackage(
            name: try Self.required(.name, of: header, limits: limits),
            version: try Self.required(.version, of: header, limits: limits),
            release: try Self.required(.release, of: header, limits: limits)
        )
        // A wrong epoch changes every comparison of versions, so damage to it costs the record.
        package.epoch = try header.integer(.epoch)
        package.arch = field(.arch, of: header, limits: limits) ?? ""
        package.sourceRPM = field(.sourceRPM, of: header, limits: limits)
        package.license = field(.license, of: header, limits: limits)
        package.vendor = field(.vendor, of: header, limits: limits)
        package.modularityLabel = field(.modularityLabel, of: header, limits: limits)
        package.installTime = value { () throws(RecordDamage) in try header.integer(.installTime) }
        // Packages with more than 32 bits can count have a tag of their own.
        let sizeTag = header.entry(.longSize) == nil ? RPMTag.size : .longSize
        package.size = value { () throws(RecordDamage) in try header.integer(sizeTag) }
        package.sigMD5 = value { () throws(RecordDamage) in
            // Some build tools write the tag without a value.
            guard let digest = try header.binary(.sigMD5, maxBytes: limits.maxFieldBytes), !digest.isEmpty else {
                return nil
            }
            return Self.hexadecimal(digest)
        }
    }

    private static func required(
        _ tag: RPMTag,
        of header: RPMHeader,
        limits: RPMDatabaseLimits
    ) throws(RecordDamage) -> String {
        guard let text = try header.string(tag, maxBytes: limits.maxFieldBytes), !text.isEmpty else {
            throw RecordDamage("\(tag) is missing")
        }
        return text
    }

    private mutating func field(_ tag: RPMTag, of header: RPMHeader, limits: RPMDatabaseLimits) -> String? {
        let text = value { () throws(RecordDamage) in try header.string(tag, maxBytes: limits.maxFieldBytes) }
        return text == Self.noValue ? nil : text
    }

    private mutating func value<Value>(_ read: () throws(RecordDamage) -> Value?) -> Value? {
        do throws(RecordDamage) {
            return try read()
        } catch {
            damage.append(error)
            return nil
        }
    }

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}
