/// What a file name such as `commons-io-2.11.0.jar` says about its archive.
package struct JavaArchiveName: Sendable, Equatable {
    /// The part in front of the version, or empty where the file name has no usable form.
    let name: String
    /// The part from the first dash in front of a digit (or of `build1`, `r1`, `rc1`), or `nil`.
    let version: String?
    /// The extension in lower case, without its dot.
    let fileExtension: String
    /// The file name without its extension, or empty where it is beyond all bounds.
    private let stem: String

    /// The extensions of archives that are read, in lower case.
    package static let extensions: Set<String> = [
        "jar", "war", "ear", "par", "sar", "nar", "jpi", "hpi", "kar", "far", "lpkg", "rar", "zap",
    ]

    /// Of archives that are no software themselves: distributions come as such, with archives in them.
    private static let plainExtension = "zip"

    private static let maxBytes = 1024

    /// Whether a path has one of the extensions, or that of a plain archive, which may hold such files; letter case does not
    /// matter.
    static func mayHoldArchives(_ path: String) -> Bool {
        let fileExtension = split(path).fileExtension
        return fileExtension == plainExtension || extensions.contains(fileExtension)
    }

    /// Whether this is no Java archive itself.
    var isPlainArchive: Bool { fileExtension == Self.plainExtension }

    init(path: String) {
        let (stem, fileExtension) = Self.split(path)
        self.fileExtension = fileExtension
        guard stem.count <= Self.maxBytes else {
            name = ""
            version = nil
            self.stem = ""
            return
        }
        self.stem = String(decoding: stem, as: UTF8.self)
        for (index, byte) in stem.enumerated() where byte == UInt8(ascii: "-") {
            if Self.isVersion(stem[(index + 1)...], caseSensitive: false), Self.isName(stem[..<index]) {
                name = String(decoding: stem[..<index], as: UTF8.self)
                version = String(decoding: stem[(index + 1)...], as: UTF8.self)
                return
            }
        }
        guard Self.isName(stem[...]) else {
            name = ""
            version = nil
            return
        }
        // Some archives are named `thing_1.2` or `thing.1.2`.
        for (index, byte) in stem.enumerated() where byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") {
            if index > 0, Self.isVersion(stem[(index + 1)...], caseSensitive: true) {
                name = String(decoding: stem[..<index], as: UTF8.self)
                version = String(decoding: stem[(index + 1)...], as: UTF8.self)
                return
            }
        }
        name = String(decoding: stem, as: UTF8.self)
        version = nil
    }

    private init(of file: JavaArchiveName, name: String, version: String) {
        self.name = name
        self.version = version
        fileExtension = file.fileExtension
        stem = file.stem
    }

    /// The parts as a bundle's manifest tells them, where the file has the name that Eclipse's p2 gives bundles,
    /// `<symbolic name>_<version>`: the version may have a dash in front of a digit.
    func ofBundle(_ manifest: JavaManifest?) -> JavaArchiveName {
        guard let name = manifest?.symbolicName, let version = manifest?.main["bundle-version"], !version.isEmpty,
            stem == "\(name)_\(version)"
        else { return self }
        return JavaArchiveName(of: self, name: name, version: version)
    }

    /// The file name of a path without its extension, and the extension in lower case.
    private static func split(_ path: String) -> (stem: [UInt8], fileExtension: String) {
        let bytes = Array(path.utf8)
        let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let file = bytes[start...]
        guard let dot = file.lastIndex(of: UInt8(ascii: ".")) else { return (Array(file), "") }
        return (Array(file[..<dot]), String(decoding: file[(dot + 1)...], as: UTF8.self).lowercased())
    }

    /// Whether the bytes are `1…`, `build1…`, or exactly `r1` or `rc1`.
    private static func isVersion(_ bytes: ArraySlice<UInt8>, caseSensitive: Bool) -> Bool {
        guard let first = bytes.first else { return false }
        if isDigit(first) { return true }
        let text = caseSensitive ? Array(bytes) : bytes.map { lowercased($0) }
        if text.starts(with: Array("build".utf8)) { return text.count > 5 && isDigit(text[5]) }
        guard first == UInt8(ascii: "r") || text.first == UInt8(ascii: "r") else { return false }
        let digits = text.dropFirst(text.dropFirst().first == UInt8(ascii: "c") ? 2 : 1)
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    /// Whether the bytes are words of letters, digits, dots and underscores, joined by dashes, each beginning with a letter.
    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, isLetter(first) else { return false }
        var previous = first
        for (offset, byte) in bytes.enumerated().dropFirst() {
            if previous == UInt8(ascii: "-"), !isLetter(byte) { return false }
            let isWord = isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            guard isWord || byte == UInt8(ascii: "-") && offset > 0 else { return false }
            previous = byte
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
}
