extension ElfFile {
    /// A .NET program that is one file: a host, `dependencies` as its `deps.json`, and the manifest of both.
    ///
    /// The manifest's version is 1 with .NET Core 3, 2 with .NET 5, and 6 since (.NET runtime, Microsoft.NET.HostModel,
    /// Bundle/Manifest.cs).
    package static func dotnetBundle(_ dependencies: [UInt8], manifest major: UInt32 = 6) -> [UInt8] {
        var file = ElfFile(loadAddress: 0x40_0000)
        // The SHA-256 of ".net core bundle" and a line feed.
        let signature: [UInt8] = [
            0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
            0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
        ]
        let dependenciesAt = file.end + 8 + signature.count
        file.section(".data", long(dependenciesAt + dependencies.count) + signature)
        file.section(".deps", dependencies)
        let place = long(dependenciesAt) + long(dependencies.count)
        var manifest = word(major) + word(0) + word(1) + text("4Kj2nQ8xYb1z")
        // With the place of the runtime's configuration, of which there is none, and flags.
        if major >= 2 { manifest += place + [UInt8](repeating: 0, count: 24) }
        manifest += place
        // The size when compressed, which it is not.
        if major >= 6 { manifest += long(0) }
        manifest += [3] + text("App.deps.json")
        file.section(".manifest", manifest)
        return file.bytes
    }

    /// A program that GraalVM compiled ahead of time, with `document` as what its symbol `sbom` names.
    package static func nativeImage(_ document: [UInt8]) -> [UInt8] {
        let address = 0x40_0000
        var file = ElfFile(loadAddress: address)
        let documentAt = address + file.end
        file.section(".data", document + long(document.count))
        let names = ["", "__svm_version_info", "sbom", "sbom_length"]
        let values = [0, documentAt, documentAt, documentAt + document.count]
        var symbols: [UInt8] = []
        var strings: [UInt8] = []
        for (name, value) in zip(names, values) {
            symbols += word(UInt32(strings.count)) + [0x11, 0, 1, 0]
            symbols += long(value) + long(0)
            strings += Array(name.utf8) + [0]
        }
        file.section(".dynsym", symbols)
        file.section(".dynstr", strings)
        return file.bytes
    }

    /// A text of less than 128 bytes behind its length.
    private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
}
