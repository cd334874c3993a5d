import Foundation
import Testing

@testable import Bytes

#if canImport(Glibc)
    import Glibc
#endif

@Suite("Temporary files without a name")
struct UnnamedFileTests {
    @Test("a file can be written and read and leaves nothing in the folder", arguments: [true, false])
    func leavesNothing(isPlain: Bool) throws {
        let folder = NSTemporaryDirectory() + "tallyman-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }  // A leftover folder harms no test.
        let descriptor = isPlain ? UnnamedFile.open(in: folder) : UnnamedFile.openRemoved(in: folder)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        var state = stat()
        #expect(fstat(descriptor, &state) == 0)
        #expect(state.st_nlink == 0 && state.st_mode & 0o777 == 0o600)
        #expect(pwrite(descriptor, [1, 2, 3] as [UInt8], 3, 5) == 3)
        var bytes: [UInt8] = [9, 9, 9, 9]
        #expect(pread(descriptor, &bytes, 4, 4) == 4)
        #expect(bytes == [0, 1, 2, 3])
    }

    @Test("a folder that is not there gives no file")
    func missing() {
        #expect(UnnamedFile.open(in: "/nowhere/at/all") < 0 && errno == ENOENT)
        #expect(UnnamedFile.openRemoved(in: "/nowhere/at/all") < 0 && errno == ENOENT)
    }
}
