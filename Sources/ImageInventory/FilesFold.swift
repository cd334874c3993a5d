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
            let placed = layer.facts?.found.compactMap { file in
                layer.paths.entry(at: file.path).map { ($0.place, file.findings) }
            }
            return Dictionary(placed ?? []) { first, _ in first }
        }
        let visible = VisiblePaths(layers)
        var contents = visible.entries
        var linkTargets: [Int: [UInt8]] = [:]
        var found: [FoundFile] = []
        for (place, entry) in visible.entries.enumerated() {
            var isOtherName = false
            if visible.kinds[place] == .hardlink {
                let path = visible.paths[place]
                let source = source(of: entry, path, layers, findings)
                contents[place] = source.entry
                isOtherName = source.path != path
                if source.entry.layer != entry.layer { linkTargets[place] = linkTarget(entry, in: layers) }
            }
            let source = contents[place]
            guard !findings[source.layer].isEmpty, var known = findings[source.layer][source.place] else { continue }
            if isOtherName { known = known.underOtherName }
            known.linkTarget = nil
            if !known.isEmpty { found.append(FoundFile(path: visible.paths[place], findings: known)) }
        }
        let entries = ImageFileTable(
            paths: visible.paths,
            kinds: visible.kinds,
            contents: contents,
            layers: layers.map(\.facts),
            linkTargets: linkTargets
        )
        return ImageFiles(parts: parts, searched: searched, entries: entries, found: found)
    }

    private struct Source {
        var entry: LayerEntry
        var path: LayerPath
    }

    /// Where the content of a hard link stands: of one to a layer below, there.
    ///
    /// A link within its layer has what was collected of its target already. Each step goes to a lower layer.
    private static func source(
        of link: LayerEntry,
        _ path: LayerPath,
        _ layers: [AnalysedLayer],
        _ findings: [[Int: FileFindings]]
    ) -> Source {
        var source = Source(entry: link, path: path)
        var kind = PathKind.hardlink
        while kind == .hardlink,
            let target = findings[source.entry.layer][source.entry.place]?.linkTarget,
            layers[source.entry.layer].paths.entry(at: target) == nil,
            let lower = layers[..<source.entry.layer].lastIndex(where: { $0.paths.entry(at: target) != nil }),
            let found = layers[lower].paths.entry(at: target)
        {
            source = Source(entry: LayerEntry(layer: lower, place: found.place), path: target)
            kind = found.kind
        }
        return source
    }

    /// What a hard link points to, as its archive has it; empty where that was not collected.
    private static func linkTarget(_ link: LayerEntry, in layers: [AnalysedLayer]) -> [UInt8] {
        guard let table = layers[link.layer].facts?.attributes, table.indices.contains(link.place) else { return [] }
        return table[link.place].linkTarget
    }
}
