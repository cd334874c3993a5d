import AnchoreAPI
import Codecs
import DedicatedThread
import HTTPTypes
import ScanModel
import Store

extension AnchoreRoutes {
    func addContentRoutes(_ add: Add) {
        for prefix in ["images/:digest", "images/by_id/:imageID"] {
            add(.get, "\(prefix)/content", .role(.readOnly)) { call in
                _ = try await image(call)
                return .json(.strings(ContentType.listed))
            }
            add(.get, "\(prefix)/content/:type", .role(.readOnly)) { try await content($0) }
            add(.get, "\(prefix)/vuln", .role(.readOnly)) { call in
                _ = try await analysed(call)
                return .json(["os", "non-os", "all"])
            }
            add(.get, "\(prefix)/vuln/:type", .role(.readOnly)) { try await vulnerabilities($0) }
        }
        add(.get, "images/:digest/artifacts/:type", .role(.readOnly)) { try await artifact($0) }
        add(.get, "images/:digest/metadata", .role(.readOnly)) { call in
            _ = try await image(call)
            return .json(.strings(MetadataType.listed))
        }
        add(.get, "images/:digest/metadata/:type", .role(.readOnly)) { try await metadata($0) }
        add(.get, "images/:digest/sboms/native", .role(.readOnly)) { call in
            let image = try await analysed(call)
            let content = try await service.contents.content(of: image)
            let file = try await service.threads.run {
                try Gzip.compress(
                    JSONValue.array(
                        ContentType.allCases.filter { !$0.packages.isEmpty }.map { type in
                            [
                                "content_type": .string(type.rawValue),
                                "content": type.content(content.inventory.packages, files: nil, withOwned: true),
                            ]
                        }
                    ).bytes
                )
            }
            let name = image.record.digest.replacing(":", with: "_")
            return .attachment(file, type: "application/gzip", name: "\(name)_native.json.gzip")
        }
    }

    /// The image of the path, which must be analysed.
    func analysed(_ call: AnchoreCall) async throws -> ListedImage {
        let image = try await image(call)
        guard image.record.status == .analyzed else { throw AnchoreError.notAnalyzed(image.record.status) }
        return image
    }

    private func content(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let image = try await analysed(call)
        let name = try call.part("type")
        if let document = MetadataType(rawValue: name) {
            return .json([
                "imageDigest": .string(image.record.digest), "content_type": .string(name),
                "content": .string(Base64Text.encode(try await text(of: document, image))),
            ])
        }
        guard let type = ContentType(rawValue: name) else {
            throw AnchoreError(500, "content type (\(name.prefix(40))) not available")
        }
        let isAboutFiles = type == .files || type == .malware
        let files = isAboutFiles ? try await service.contents.files(of: image) : nil
        let inventory = try await service.contents.content(of: image).inventory
        let digest = image.record.digest
        return .bytes(
            try await service.threads.run {
                let answer: JSONValue = [
                    "imageDigest": .string(digest), "content_type": .string(name),
                    "content": type.content(inventory.packages, files: files),
                ]
                return answer.bytes
            }
        )
    }

    /// What the analysis found in files; what it did not look for is no empty list.
    private func artifact(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let image = try await analysed(call)
        let name = try call.part("type")
        guard let type = ArtifactType(rawValue: name) else {
            throw AnchoreError.notFound("artifact type '\(name.prefix(40))' is not one of those that there are")
        }
        let files = try await service.contents.files(of: image)
        guard type.isCollected(files) else {
            throw AnchoreError.badRequest("\(name) is not recorded for this image; see `tallyman fleet collect`")
        }
        return .bytes(try await service.threads.run { type.records(files).bytes })
    }

    private func metadata(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let image = try await analysed(call)
        let name = try call.part("type")
        guard let type = MetadataType(rawValue: name) else {
            throw AnchoreError(500, "metadata type (\(name.prefix(40))) not available")
        }
        return .json([
            "imageDigest": .string(image.record.digest), "metadata_type": .string(name),
            "metadata": .string(Base64Text.encode(try await text(of: type, image))),
        ])
    }

    private func text(of type: MetadataType, _ image: ListedImage) async throws -> [UInt8] {
        switch type {
        case .manifest: return try await documents(of: image).manifest
        case .dockerHistory: return try await documents(of: image).history.bytes
        case .dockerfile:
            // What is guessed from the history is for policies alone.
            return image.record.dockerfile ?? []
        }
    }

    /// The documents of an image; those of one that was found before they were kept come from its registry.
    func documents(of image: ListedImage) async throws -> ImageDocuments {
        if let kept = try await service.store.documents(manifest: image.number) { return kept }
        guard let tag = image.record.tags.first, let digest = Digest(image.record.digest) else { throw Self.noImage }
        let fetched = try await service.lookup.documents(
            registry: tag.registry,
            repository: RepositoryName.stored(registry: tag.registry, tag.repository),
            digest: digest
        )
        try await service.store.setDocuments(fetched, manifest: image.number)
        return fetched
    }

    /// The open findings of an image, each with the file that its package was read from.
    func findings(of image: ListedImage) async throws -> [FindingRecord] {
        let day = try await service.store.now().day
        let findings = try await service.store.findings(manifest: image.number, asOf: day)
        guard findings.contains(where: { !$0.record.isOS }) else { return findings.map(\.record) }
        let places = try await service.contents.content(of: image).places
        return findings.flatMap { finding -> [FindingRecord] in
            let paths = finding.record.isOS ? [] : places.paths(of: finding.fingerprint)
            guard !paths.isEmpty else { return [finding.record] }
            return paths.map { path in
                var placed = finding.record
                placed.path = path
                return placed
            }
        }
    }

    private func vulnerabilities(_ call: AnchoreCall) async throws -> AnchoreAnswer {
        let type = try call.part("type")
        guard ["os", "non-os", "all"].contains(type) else {
            throw AnchoreError.notFound("vulnerability type '\(type.prefix(40))' is not one of os, non-os, all")
        }
        let vendorOnly = try call.flag("vendor_only", default: true)
        let image = try await analysed(call)
        let findings = try await findings(of: image).filter {
            (type == "all" || $0.isOS == (type == "os")) && !(vendorOnly && $0.willNotFix)
        }
        let digest = image.record.digest
        return .bytes(
            try await service.threads.run {
                let answer: JSONValue = [
                    "imageDigest": .string(digest), "vulnerability_type": .string(type),
                    "vulnerabilities": .array(findings.map(\.json)),
                ]
                return answer.bytes
            }
        )
    }
}
