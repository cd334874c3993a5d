import Bytes

#if canImport(Glibc)
    import Glibc
#endif

/// A file without a name: nothing is left behind, however the process ends.
///
/// Written by one task, then read; `path` is good while the value lives.
final class AnonymousFile: Sendable {
    private let descriptor: Int32

    /// Makes the file on the file system of `directory`.
    init(in directory: String) throws {
        descriptor = UnnamedFile.open(in: directory)
        guard descriptor >= 0 else { throw LocalFile.failure(directory) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// A path under which this process can open it.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// Writes all of `bytes` at the end.
    func append(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LocalFile.failure("a temporary file") }
            rest = rest.dropFirst(count)
        }
    }
}
