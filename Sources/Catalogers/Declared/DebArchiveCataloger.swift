import Bytes
import Codecs
import ScanModel
import Tar

/// Debian packages that lie in folders as files, from the `control` file in each (deb(5): an archive of `ar`, in which a
/// tar has the control files).
struct DebArchiveCataloger: Cataloger {
    let name = CatalogerName.debArchive
    let version = 3
    let maxFileBytes = EvidenceBound.binary
    let selectors: [PathSelector] = [.suffix(".deb")]

    private static let magic = Array("!<arch>\n".utf8)
    private static let headBytes = 60
    /// The control files are the second member, or come soon after.
    private static let maxMembers = 8
    /// Bytes of the control files as they are compressed, of their tar, and of `control`.
    private static let maxMemberBytes = 16 << 20
    private static let maxTarBytes = 64 << 20
    private static let maxControlBytes = 1 << 20

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // Other files have this name, too.
        guard file.bytes.hasBytes(Self.magic) else { return CatalogedFile() }
        guard let member = Self.controlMember(file.bytes) else {
            return CatalogedFile(problem: "no control files in the Debian package")
        }
        do {
            var packages = PackageRecords(.deb)
            var stanzas = ControlStanzas(try Self.control(FileBytes(member)), wanted: DpkgCataloger.fields)
            if let package = stanzas.next().flatMap({ DpkgCataloger.package($0) }) {
                packages.add(package)
            } else {
                packages.addDamaged()
            }
            return packages.file
        } catch {
            return CatalogedFile(problem: "the control files of the Debian package cannot be read: \(error)")
        }
    }

    /// The member `control.tar`, compressed as its name goes on.
    private static func controlMember(_ file: FileBytes) -> [UInt8]? {
        var offset = magic.count
        for _ in 0..<maxMembers {
            // Name, time, owner, group, mode, size, and two bytes that end the header.
            guard let head = file.bytes(at: offset, count: headBytes), head[58...].elementsEqual([0x60, 0x0a]),
                let size = Int(head[48..<58].trimmedText), size >= 0, size <= file.count - offset - headBytes
            else { return nil }
            let start = offset + headBytes
            if head.starts(with: "control.tar".utf8) {
                return size <= maxMemberBytes ? file.bytes(at: start, count: size) : nil
            }
            offset = start + size + size % 2
        }
        return nil
    }

    /// The file `control`; empty where there is none.
    private static func control(_ member: FileBytes) throws -> [UInt8] {
        let source = ArrayProducer(member.all)
        let decoder: any ByteProducer =
            if let form = CompressedStream.form(of: member) {
                try CompressedStream(source, form)
            } else {
                try LayerDecoder(source)
            }
        let reader = try TarReader(BoundedProducer(decoder, maxBytes: maxTarBytes))
        while let entry = try reader.nextEntry() {
            guard entry.kind == .file, LayerPath(archiveName: entry.path) == LayerPath("control") else { continue }
            var control: [UInt8] = []
            while let block = try reader.nextBlock(), block.bytes.count <= maxControlBytes - control.count {
                control.append(contentsOf: block.bytes)
            }
            return control
        }
        return []
    }
}

/// A stream that breaks off beyond a number of bytes.
private final class BoundedProducer: ByteProducer {
    private let source: any ByteProducer
    private var left: Int

    init(_ source: any ByteProducer, maxBytes: Int) {
        self.source = source
        left = maxBytes
    }

    /// The bytes are the source's, passed on and not kept: as that promises, they hold until the next call.
    func next() throws -> UnsafeRawBufferPointer {
        let piece = try source.next()
        guard piece.count <= left else { throw CodecError(.limit, "too many bytes when decompressed") }
        left -= piece.count
        return piece
    }
}
