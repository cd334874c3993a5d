package import ScanModel

/// Folds what was collected of the files of an image's layers, as an overlay file system would show them.
package enum FilesFold {
    /// The files of an image whose layers are given from the lowest to the highest.
    ///
    /// A part counts as collected where it was in every layer; what was found in a file that a higher layer hides is gone.
    package static func fold(_ layers: [AnalysedLayer]) -> ImageFiles {
        let parts = layers.dropFirst().reduce(layers.first?.facts?.parts ?? []) {
            $0.intersection($1.facts?.parts ?? [])
        }
        let searched = layers.dropFirst().reduce(layers.first?.facts?.searched ?? []) {
            $0.intersection($1.facts?.searched ?? [])
        }
        let findings = layers.map { layer in
            Dictionary(layer.facts?.found.map { ($0.path, $0.findings) } ?? []) { first, _ in first }
        }
        var entries: [ImageFile] = []
        var found: [FoundFile] = []
        for visible in VisiblePaths.list(layers) {
            let source = source(of: visible, layers, findings)
            var attributes = attributes(at: source.place, in: layers[source.layer])
            if visible.kind == .hardlink, attributes != nil, source.layer != visible.layer {
                attributes?.linkTarget = Self.attributes(at: visible.place, in: layers[visible.layer])?.linkTarget ?? []
            }
            entries.append(
                ImageFile(
                    path: visible.path,
                    kind: visible.kind,
                    attributes: attributes,
                    digests: layers[source.layer].facts?.digests[source.place]
                )
            )
            guard var known = findings[source.layer][source.path] else { continue }
            if source.path != visible.path { known = known.underOtherName }
            known.linkTarget = nil
            if !known.isEmpty { found.append(FoundFile(path: visible.path, findings: known)) }
        }
        return ImageFiles(parts: parts, searched: searched, entries: entries, found: found)
    }

    private struct Source {
        var layer: Int
        var place: Int
        var path: LayerPath
    }

    /// Where the content of an entry stands: of a hard link to a layer below, there.
    ///
    /// A link within its layer has what was collected of its target already. Each step goes to a lower layer.
    private static func source(
        of visible: VisiblePath,
        _ layers: [AnalysedLayer],
        _ findings: [[LayerPath: FileFindings]]
    ) -> Source {
        var source = Source(layer: visible.layer, place: visible.place, path: visible.path)
        var kind = visible.kind
        while kind == .hardlink,
            let target = findings[source.layer][source.path]?.linkTarget,
            layers[source.layer].paths.entry(at: target) == nil,
            let lower = layers[..<source.layer].lastIndex(where: { $0.paths.entry(at: target) != nil }),
            let found = layers[lower].paths.entry(at: target)
        {
            source = Source(layer: lower, place: found.place, path: target)
            kind = found.kind
        }
        return source
    }

    private static func attributes(at place: Int, in layer: AnalysedLayer) -> FileAttributes? {
        guard let entries = layer.facts?.attributes, entries.indices.contains(place) else { return nil }
        return entries[place]
    }
}
