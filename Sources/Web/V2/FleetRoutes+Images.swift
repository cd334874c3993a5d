import AnchoreAPI
import DedicatedThread
import FleetAPI
import Foundation
import SBOM
import ScanModel
import Store

extension FleetRoutes {
    func addImageRoutes(_ table: inout Table) {
        table.add(Operations.listImages) { call in
            var filter = ImageFilter()
            filter.registry = call.text("registry")
            filter.repository = call.text("repository")
            filter.tag = call.text("tag")
            filter.platform = call.text("platform")
            filter.distro = call.text("distro")
            filter.isAnalysed = call.flag("isAnalysed")
            return .page(try await service.store.images(filter, try call.page()), call)
        }
        table.add(Operations.getImage) { call in
            guard let image = try await service.store.image(digest: try call.required("digest")) else {
                throw Self.noImage
            }
            return .json(image.json)
        }
        table.add(Operations.listImagePackages) { call in
            let image = try await image(call)
            return .page(
                try await service.store.packages(image: image, type: call.text("type"), try call.page()),
                call
            )
        }
        table.add(Operations.listImageVulnerabilities) { call in
            let page = try await service.store.findings(
                image: try await image(call),
                severity: call.text("severity"),
                fix: call.text("fix"),
                isKEV: call.flag("kev"),
                try call.page()
            )
            return .page(page, call)
        }
        table.add(Operations.listImageLayers) { call in
            .whole(try await service.store.layers(image: try await image(call)))
        }
        table.add(Operations.getImageBill) { try await bill($0) }
    }

    private static let noImage = Problem.notFound("there is no image with this digest")

    /// The number of the image that the path names.
    private func image(_ call: FleetCall) async throws -> Int {
        guard let number = try await service.store.imageNumber(digest: try call.required("digest")) else {
            throw Self.noImage
        }
        return number
    }

    private func bill(_ call: FleetCall) async throws -> FleetAnswer {
        let name = try call.required("format")
        guard let format = SBOMFormat(rawValue: name), let form = Operations.billForms.first(where: { $0.0 == name }),
            let scope = call.scope
        else { throw Self.noImage }
        let digest = try call.required("digest")
        let found = try await service.store.images(.digest(digest), in: scope, includingDeleted: true)
        guard let image = found.first(where: { $0.record.digest == digest }) else { throw Self.noImage }
        guard image.record.status == .analyzed else { throw Problem.notFound("the image is not analysed yet") }
        let inventory = try await service.contents.content(of: image).inventory
        let document = try await service.store.documents(manifest: image.number)?.config
        let layers = try await service.store.layers(image: image.number)
        let version = service.settings.version
        let bytes = try await service.threads.run {
            let config = document.flatMap(Self.config)
            return BillOfMaterials(
                subject: BillOfMaterials.Subject(
                    source: image.record.tags.first?.fulltag ?? digest,
                    reference: image.record.tags.first?.fulltag,
                    digest: Digest(digest),
                    imageID: Digest("sha256:\(image.record.imageID)"),
                    platform: config?.platform,
                    layers: layers.compactMap { Digest($0.digest) },
                    diffIDs: layers.allSatisfy { $0.diffID != nil }
                        ? layers.compactMap { $0.diffID.flatMap(Digest.init) } : [],
                    labels: ImageLabels.bounded(config?.config?.labels ?? [:])
                ),
                distro: inventory.distro,
                components: inventory.packages.map {
                    BillOfMaterials.Component(installed: $0, distro: inventory.distro)
                },
                gaps: inventory.gaps,
                tool: BillOfMaterials.Tool(name: "tallyman", version: version),
                created: config?.created.flatMap(Timestamp.normalized)
            ).encode(as: format)
        }
        return .bytes(bytes, mediaType: form.1)
    }

    /// What an image's configuration says of its making, its platform and its labels.
    private static func config(_ document: [UInt8]) -> ImageConfig? {
        try? JSONDecoder().decode(ImageConfig.self, from: Data(document))  // what is none says nothing
    }
}
