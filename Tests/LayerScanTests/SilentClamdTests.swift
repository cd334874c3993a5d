import Bytes
import Glibc
import MalwareScan
import ScanModel
import TallymanTesting
import Testing

@testable import LayerScan

@Suite("A clamd that takes files and never answers")
struct SilentClamdTests {
    @Test("After three files in a row the layer fails, for another try may help; a file or two are gaps")
    func hung() throws {
        let path = "/tmp/silent-clamd-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer {
            close(listener)
            unlink(path)
        }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafeBytes(of: &name) { bytes in
            guard let start = bytes.bindMemory(to: sockaddr.self).baseAddress else { return false }
            // Connections wait in the queue; nobody takes them.
            return bind(listener, start, socklen_t(bytes.count)) == 0 && listen(listener, 16) == 0
        }
        try #require(isBound)
        var limits = MalwareScanLimits()
        limits.answerSeconds = 0
        let plan = CollectionPlan(parts: [.malware])
        let malware = MalwareScanner(.unix(path: path), limits: limits)
        let scanner = LayerScanner(collection: try FileCollection(plan, malware: malware))
        var tar = TarBuilder()
        for number in 0..<2 { tar.file("f\(number)", "x") }
        let layer = try scanner.scan(ArrayProducer(tar.archive), expected: nil)
        #expect(layer.report.gaps.map(\.path) == ["f0", "f1"])
        tar.file("f2", "x")
        let error = #expect(throws: MalwareScanError.self) {
            try scanner.scan(ArrayProducer(tar.archive), expected: nil)
        }
        #expect(error?.isTransient == true)
    }
}
