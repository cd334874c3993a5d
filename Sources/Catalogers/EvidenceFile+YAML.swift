import Bytes
import YAML

extension EvidenceFile {
    /// The mapping that the first document of a lock file is; throws where it is none, or nothing that is read here.
    func yamlMapping() throws(YAMLError) -> YAMLNode {
        let limit = YAMLLimits().maxBytes
        // Asked before the bytes are copied out of a file that may be mapped.
        guard bytes.count <= limit else { throw YAMLError(line: 1, reason: "more than \(limit) bytes") }
        let document = try YAMLReader.parse(bytes.all)
        guard document.isMapping else { throw YAMLError(line: 1, reason: "no mapping") }
        return document
    }
}
