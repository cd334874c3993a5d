/// What a package database says of one file of a package.
package struct PackagedFile: Hashable, Sendable {
    package var path: LayerPath
    /// A configuration file, which its owner is expected to change.
    package var isConfiguration: Bool
    /// With the bits of the type where the database has them.
    package var mode: UInt32?
    package var size: Int64?
    package var digest: FileHash?

    package init(
        path: LayerPath,
        isConfiguration: Bool = false,
        mode: UInt32? = nil,
        size: Int64? = nil,
        digest: FileHash? = nil
    ) {
        self.path = path
        self.isConfiguration = isConfiguration
        self.mode = mode
        self.size = size
        self.digest = digest
    }
}

/// The files of one package as its database lists them.
package struct PackagedFiles: Hashable, Sendable, Codable {
    /// The package's name.
    package var owner: String
    package var files: [PackagedFile]

    package init(owner: String, files: [PackagedFile]) {
        self.owner = owner
        self.files = files
    }

    /// About how many bytes it takes to keep.
    package var weight: Int { owner.utf8.count + files.reduce(100) { $0 + 150 + $1.path.bytes.count } }
}

/// As one text, for there are tens of thousands: `c|100644|123|md5:HEX|etc/x`, where `c` is for configuration.
extension PackagedFile: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let fields = text.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count == 5 else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not a packaged file: \(text.prefix(80))"
            )
        }
        self.init(
            path: LayerPath(clean: PathText.decode(String(fields[4]))),
            isConfiguration: fields[0] == "c",
            mode: UInt32(fields[1], radix: 8),
            size: Int64(fields[2]),
            digest: fields[3].isEmpty ? nil : FileHash(fields[3])
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let fields = [
            isConfiguration ? "c" : "", mode.map { String($0, radix: 8) } ?? "", size.map { "\($0)" } ?? "",
            digest.map { "\($0)" } ?? "", PathText.encode(path.bytes),
        ]
        try container.encode(fields.joined(separator: "|"))
    }
}
