import Codecs
import Matching
import Postgres
import ScanModel
import Store

/// What an analysis would have stored of the layers of a synthetic fleet, and the documents of its images.
struct ReadableLayers {
    private static let config = """
        {"architecture": "amd64", "os": "linux",
         "config": {"User": "app", "ExposedPorts": {"8080/tcp": {}}, "Labels": {"team": "bench"},
          "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
         "history": [{"created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
          {"created_by": "/bin/sh -c apt-get update && apt-get install -y curl"},
          {"created_by": "/bin/sh -c #(nop)  HEALTHCHECK &{[\\"CMD\\" \\"true\\"]}"},
          {"created_by": "/bin/sh -c #(nop)  CMD [\\"/app\\"]"}]}
        """
    /// A path takes about so many of the bytes that a stored path table has.
    private static let bytesOfPath = 8

    /// In the order of their numbers, from 1 on.
    private let packages: [MatchSubject]

    init(_ packages: [MatchSubject]) { self.packages = packages }

    /// Writes them for the layers of `plan`; its images then count as analysed.
    func write(_ plan: FleetPlan, _ session: PostgresSession) throws {
        let families = Dictionary(plan.images.flatMap { image in image.layers.map { ($0, image.family) } }) { one, _ in
            one
        }
        let layers = plan.layers.filter { families[$0.id] != nil }
        var facts: [[PostgresValue]] = []
        _ = try session.copyIn("COPY layer_reports (layer_id, analysis_version, report, paths) FROM STDIN") { writer in
            for layer in layers {
                let analysed = analysed(layer, family: families[layer.id] ?? 0)
                let stored = try StoredLayer(analysed)
                try writer.writeRow([
                    .int(layer.id), .text(FleetFiller.analysisVersion), .bytes(stored.report), .bytes(stored.paths),
                ])
                facts.append([
                    .int(layer.id), .textArray(["files", "malware", "secrets"]),
                    .bytes(try Zstd.compress(attributes(analysed.paths))), .bytes([]), .bytes([]),
                ])
            }
        }
        _ = try session.copyIn("COPY layer_facts (layer_id, parts, attributes, digests, found) FROM STDIN", rows: facts)
        let config = Array(Self.config.utf8)
        _ = try session.copyIn("COPY image_documents (manifest_id, manifest, config) FROM STDIN") { writer in
            for image in plan.images {
                try writer.writeRow([.int(image.id), .bytes(Array("{}".utf8)), .bytes(config)])
            }
        }
        try session.script(
            """
            UPDATE manifests SET size = summed.size, layer_count = summed.layer_count
            FROM (SELECT manifest_id, sum(layers.size)::bigint AS size, count(*)::integer AS layer_count
                FROM manifest_layers JOIN layers ON layers.id = layer_id GROUP BY 1) AS summed
            WHERE summed.manifest_id = manifests.id
            """
        )
    }

    private func attributes(_ paths: PathTable) -> [UInt8] {
        var entries: [FileAttributes] = []
        paths.forEach { _, kind in
            entries.append(
                FileAttributes(mode: kind == .directory ? 0o755 : 0o644, userID: 0, groupID: 0, size: 1000)
            )
        }
        return FileAttributeTable(entries).serialized
    }

    private func analysed(_ layer: PlannedLayer, family: Int) -> AnalysedLayer {
        let found = layer.packages.map { packages[$0 - 1] }
        let (system, others) = (found.filter(\.package.type.isOS), found.filter { !$0.package.type.isOS })
        var evidence: [Evidence] = []
        if let distro = system.first?.distro {
            evidence.append(
                Evidence(path: LayerPath("etc/os-release"), cataloger: "os-release", distro: distro)
            )
            evidence.append(
                Evidence(
                    path: LayerPath("var/lib/packages/status"),
                    cataloger: "database",
                    packages: system.map { CatalogedPackage($0.package) }
                )
            )
        }
        evidence += others.map { subject in
            let package = subject.package
            let folder = "usr/lib/\(package.type.rawValue)/\(package.name)-\(package.version)"
            return Evidence(
                path: LayerPath("\(folder)/metadata.json"),
                cataloger: package.type.rawValue,
                packages: [CatalogedPackage(package)]
            )
        }
        evidence.sort { $0.path < $1.path }
        var paths: [LayerPath: PathKind] = [:]
        for item in evidence { paths[item.path] = .file }
        for number in 0..<layer.pathBytes / Self.bytesOfPath {
            paths[LayerPath("usr/share/layer-\(layer.id)/folder-\(number / 40)/file-\(number % 40).dat")] = .file
        }
        for path in paths.keys {
            var next = path.parent
            while let directory = next, paths[directory] == nil {
                paths[directory] = .directory
                next = directory.parent
            }
        }
        return AnalysedLayer(
            report: LayerReport(
                evidence: evidence,
                whiteouts: [],
                opaqueDirectories: [],
                gaps: [],
                diffID: nil,
                entries: paths.count,
                expandedBytes: Int64(paths.count * 1000)
            ),
            paths: PathTable(paths)
        )
    }
}
