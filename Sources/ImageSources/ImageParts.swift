import ScanModel

/// What is known of an image before its layers are read.
struct ImageParts {
    let source: String
    let reference: String?
    let digest: Digest
    /// Of the index that the name stands for, where it does.
    var indexDigest: Digest?
    let manifest: ImageManifest
    let config: ImageConfig
    /// What of the index could not be read.
    var problems: [String] = []

    /// Why the bytes of a layer are not read; `nil` where they are.
    func reasonNotRead(_ layer: Descriptor) -> String? {
        if MediaType.isForeignLayer(layer.mediaType) {
            return "the layer's content lives outside of the registry and was not read"
        }
        if !MediaType.isLayer(layer.mediaType) {
            return "the layer has the media type \(layer.mediaType.prefix(100)) and was not read"
        }
        return layer.digest.algorithm == .sha256 ? nil : "layers named by \(layer.digest.algorithm) are not read"
    }

    /// Gaps of the image as a whole: of the index, and where the configuration claims other layers than there are.
    func gaps(_ layers: [AnalysedLayer]) -> [LayerGap] {
        var gaps = problems.map { LayerGap(layer: 0, gap: CoverageGap(path: "", reason: $0)) }
        let claimed = config.rootfs?.diff_ids ?? []
        for (position, layer) in layers.enumerated() {
            guard let computed = layer.report.diffID else { continue }
            if !claimed.indices.contains(position) || claimed[position] != computed {
                let reason = "the configuration claims another diff ID than the layer's, \(computed)"
                gaps.append(LayerGap(layer: position, gap: CoverageGap(path: "", reason: reason)))
            }
        }
        return gaps
    }

    /// Throws where an image is for another platform than the one asked for.
    static func check(_ platform: Platform?, isFor wanted: Platform?, subject: String) throws {
        guard let wanted, let platform, !wanted.accepts(platform) else { return }
        throw ImageSourceError(.unsupported, "\(subject): the image is for \(platform), not for \(wanted)")
    }
}
