import Bytes
import Executables
import ScanModel

/// .NET programs that were published as one file, from the `deps.json` that stands in it with all assemblies.
///
/// The assemblies are not read: most are compressed, and what they are the list says.
struct DotnetBundleCataloger: Cataloger {
    let name = "dotnet-bundle"
    let version = 3
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.executable]

    /// The files of packages that stay outside (.NET SDK, "Single-file deployment", native libraries): an assembly beside the
    /// program is another one than that of its name inside, and says itself what it is.
    private static let kindsBeside = ["native"]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        guard let bundle = DotnetBundle(file.bytes) else { return CatalogedFile() }
        do {
            guard let dependencies = try bundle.dependencies() else { return CatalogedFile() }
            return DotnetDepsCataloger.read(try BoundedJSON(dependencies), of: file, claiming: Self.kindsBeside)
        } catch {
            return CatalogedFile(problem: "the .NET bundle cannot be read: \(error)")
        }
    }
}

/// What stands behind the host in a .NET program of one file, by the manifest to which the host points (.NET runtime,
/// Microsoft.NET.HostModel, Bundle/Manifest.cs).
struct DotnetBundle {
    /// Why a manifest was not read.
    struct Problem: Error, CustomStringConvertible {
        var description = "the manifest is damaged"
    }

    /// The SHA-256 of ".net core bundle" and a line feed: eight bytes before it in the host's data are set to the manifest's
    /// offset when a program is published.
    private static let signature = TextSearch([
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
        0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
    ])
    /// `FileType.DepsJson`.
    private static let dependenciesType: UInt8 = 3
    /// Files of a program that are gone through; real ones have some hundreds.
    private static let maxFiles = 100_000

    private let file: FileBytes
    private let manifest: Int

    /// `nil` where the file is no such program.
    init?(_ file: FileBytes) {
        guard let image = ExecutableImage.read(file) else { return nil }
        let place: Int? = file.withUnsafeBytes { buffer in
            for range in image.dataRanges {
                let data = UnsafeRawBufferPointer(rebasing: buffer[range])
                if let offset = Self.signature.offset(in: data, from: 0) { return range.lowerBound + offset }
            }
            return nil
        }
        // A host that was not published has a zero there.
        guard let place, let offset: Int64 = file.integer(at: place - 8), offset > 0,
            let manifest = Int(exactly: offset)
        else { return nil }
        self.file = file
        self.manifest = manifest
    }

    /// The `deps.json`, which is never compressed; `nil` where the program was published without one.
    func dependencies() throws(Problem) -> [UInt8]? {
        var fields = Fields(file: file, position: manifest)
        let version: UInt32 = try fields.next()
        let _: UInt32 = try fields.next()
        let count: Int32 = try fields.next()
        try fields.skipText()
        // Since .NET 5 the manifest begins with the place of the file that is asked for.
        if version >= 2 {
            let offset: Int64 = try fields.next()
            let size: Int64 = try fields.next()
            guard size != 0 else { return nil }
            return try content(at: offset, size: size)
        }
        guard count <= Self.maxFiles else { throw Problem(description: "a manifest of \(count) files") }
        for _ in 0..<max(0, count) {
            let offset: Int64 = try fields.next()
            let size: Int64 = try fields.next()
            let type: UInt8 = try fields.next()
            try fields.skipText()
            if type == Self.dependenciesType { return try content(at: offset, size: size) }
        }
        return nil
    }

    private func content(at offset: Int64, size: Int64) throws(Problem) -> [UInt8] {
        guard let offset = Int(exactly: offset), let size = Int(exactly: size) else { throw Problem() }
        guard size <= EvidenceBound.text else {
            let bound = "more than the \(EvidenceBound.text) that are read"
            throw Problem(description: "a deps.json of \(size) bytes, \(bound)")
        }
        guard let bytes = file.bytes(at: offset, count: size) else { throw Problem() }
        return bytes
    }

    /// The manifest's fields, one after the other.
    private struct Fields {
        let file: FileBytes
        var position: Int

        mutating func next<Value: FixedWidthInteger>() throws(Problem) -> Value {
            guard let value: Value = file.integer(at: position) else { throw Problem() }
            position += MemoryLayout<Value>.size
            return value
        }

        /// Steps over a text behind its length, of which each byte has seven bits, the lowest first, and one that says
        /// whether more follow (.NET, BinaryWriter.Write7BitEncodedInt).
        mutating func skipText() throws(Problem) {
            var length = 0
            for shift in stride(from: 0, to: 35, by: 7) {
                let byte: UInt8 = try next()
                length |= Int(byte & 0x7f) << shift
                guard byte & 0x80 == 0 else { continue }
                guard length <= file.count - position else { throw Problem() }
                position += length
                return
            }
            throw Problem()
        }
    }
}
