/// The labels of an image's configuration, within bounds (image-spec v1.1, config.md, `Labels`).
package enum ImageLabels {
    /// Labels of one image.
    private static let maxCount = 256
    /// Bytes of a name.
    private static let maxNameBytes = 256
    /// Bytes of a value: titles and commits are short, but some builders put whole documents into labels.
    private static let maxValueBytes = 4096

    /// Those labels that documents repeat: of more than there may be the first by name, and none that is too long.
    package static func bounded(_ labels: [String: String]) -> [String: String] {
        let kept = labels.filter {
            !$0.key.isEmpty && $0.key.utf8.count <= maxNameBytes && $0.value.utf8.count <= maxValueBytes
        }
        guard kept.count > maxCount else { return kept }
        return Dictionary(kept.sorted { $0.key < $1.key }.prefix(maxCount).map { ($0.key, $0.value) }) { first, _ in
            first
        }
    }
}
