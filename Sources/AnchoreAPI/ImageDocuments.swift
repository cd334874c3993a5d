/// The manifest and the configuration of an image, as its registry has them.
package struct ImageDocuments: Sendable {
    package var manifest: [UInt8]
    package var config: [UInt8]

    package init(manifest: [UInt8], config: [UInt8]) {
        self.manifest = manifest
        self.config = config
    }

    /// The steps that built the image, the first one first, each with the layer that it left.
    package var history: JSONValue {
        // A document without what is looked for has none of it.
        let layers = (try? JSONReader.read(manifest))?["layers"]?.array ?? []
        let steps = (try? JSONReader.read(config))?["history"]?.array ?? layers.map { _ in [:] }
        var remaining = layers[...]
        return .array(
            steps.map { step in
                let layer = step["empty_layer"]?.bool == true ? nil : remaining.popFirst()
                return [
                    "Id": .string(layer?["digest"]?.string ?? "<missing>"),
                    "Created": .string(step["created"]?.string ?? ""),
                    "CreatedBy": .string(step["created_by"]?.string ?? ""), "Comment": "",
                    "Size": .int(layer?["size"]?.int ?? 0), "Tags": [],
                ]
            }
        )
    }
}
