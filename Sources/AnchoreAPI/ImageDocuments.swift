import Foundation

/// The manifest and the configuration of an image, as its registry has them.
package struct ImageDocuments: Sendable {
    package var manifest: [UInt8]
    package var config: [UInt8]

    package init(manifest: [UInt8], config: [UInt8]) {
        self.manifest = manifest
        self.config = config
    }

    /// The steps that built the image, the last first, in the form of Docker's API (`/images/{name}/history`).
    package var history: JSONValue {
        let steps = (try? JSONReader.read(config))?["history"]?.array ?? []  // a config without one has no history
        return .array(
            steps.reversed().map { step in
                [
                    "Id": "<missing>", "Created": .string(step["created"]?.string ?? ""),
                    "CreatedBy": .string(step["created_by"]?.string ?? ""),
                    "Comment": .string(step["comment"]?.string ?? ""), "Size": 0, "Tags": [],
                ]
            }
        )
    }

    /// The Dockerfile that the history lets one guess: one line a step, as Anchore writes it.
    package var guessedDockerfile: String {
        let steps = (try? JSONReader.read(config))?["history"]?.array ?? []  // a config without one has no history
        let marker = "/bin/sh -c #(nop) "
        let lines = steps.compactMap { $0["created_by"]?.string }.map { step in
            if let range = step.range(of: marker), range.lowerBound == step.startIndex {
                return String(step[range.upperBound...].drop { $0 == " " })
            }
            return "RUN \(step)"
        }
        return (["FROM scratch"] + lines).joined(separator: "\n")
    }
}
