import Foundation
import ScanModel

/// Keeps the content of files that were asked for by their paths.
struct RetrievalAnalyzer: FileAnalyzer {
    /// Bytes of one file, 1 MiB: Anchore Engine keeps about as much.
    static let maxBytes: Int64 = 1 << 20
    /// Bytes of all files of a layer, 16 MiB.
    static let maxLayerBytes: Int64 = 16 << 20

    let name = "retrieved-files"
    private let paths: Set<LayerPath>
    private let patterns: [PathPattern]

    init(paths: [String]) {
        let all = paths.map { PathPattern($0) }
        self.paths = Set(all.compactMap(\.path))
        patterns = all.filter { $0.path == nil }
    }

    func makeReading() -> any FileReading { Reading(self) }

    private final class Reading: FileReading {
        private let analyzer: RetrievalAnalyzer
        private var content = Data()
        private var problem: String?
        private var layerBytes: Int64 = 0

        init(_ analyzer: RetrievalAnalyzer) { self.analyzer = analyzer }

        func begins(_ file: ExaminedFile) -> Bool {
            content = Data()
            problem = nil
            guard analyzer.paths.contains(file.path) || analyzer.patterns.contains(where: { $0.matches(file.path) })
            else { return false }
            if file.size > maxBytes {
                problem = "\(file.size) bytes, more than the \(maxBytes) that are kept of a retrieved file"
            } else if file.size > maxLayerBytes - layerBytes {
                problem = "more than \(maxLayerBytes) bytes of retrieved files in the layer: not kept"
            } else {
                layerBytes += file.size
            }
            return true
        }

        func consume(_ bytes: UnsafeRawBufferPointer) {
            if problem == nil { content.append(contentsOf: bytes) }
        }

        func finish(into result: inout FileResult) {
            if let problem { result.problems.append(problem) } else { result.findings.content = content }
            content = Data()
        }
    }
}
