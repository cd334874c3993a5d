import Foundation
package import Registry
package import ScanModel

/// What a one-shot command is pointed at, as the user wrote it.
package enum ImageSource: Hashable, Sendable, CustomStringConvertible {
    /// An image in a registry.
    case registry(ImageReference)
    /// What `docker save` writes; `FILE` or, where it holds several images, `FILE:NAME:TAG`.
    case dockerArchive(String)
    /// An OCI layout in a tar archive, `FILE[:TAG]`.
    case ociArchive(String)
    /// An OCI layout, `DIR[:TAG]` (image-spec v1.1, image-layout.md).
    case ociDirectory(String)
    /// An image that a container engine on this machine keeps, by its name or ID.
    case engine(ContainerEngine.Kind, String)
    /// A directory, taken as the root of a file system.
    case directory(String)
    /// A CycloneDX document in JSON or XML, or an SPDX one in JSON or tag-value.
    case sbom(String)
    /// A text with one purl a line.
    case purls(String)

    /// Whether it is an image in a registry.
    package var isRegistry: Bool {
        if case .registry = self { true } else { false }
    }

    /// The file that it is in; `nil` for what is not in one.
    package var file: String? {
        switch self {
        case .dockerArchive(let text), .ociArchive(let text): LocalPath.split(text).path
        case .sbom(let path), .purls(let path): path
        case .registry, .ociDirectory, .engine, .directory: nil
        }
    }

    /// The folder whose files it is made of; `nil` for a directory that is scanned, where results may well be put.
    package var layout: String? {
        guard case .ociDirectory(let text) = self else { return nil }
        return LocalPath.split(text).path
    }

    private static let schemes: [(prefix: String, make: @Sendable (String) -> ImageSource)] = [
        ("docker-archive:", { .dockerArchive($0) }),
        ("oci-archive:", { .ociArchive($0) }),
        ("oci-dir:", { .ociDirectory($0) }),
        ("docker:", { .engine(.docker, $0) }),
        ("podman:", { .engine(.podman, $0) }),
        ("dir:", { .directory($0) }),
        ("sbom:", { .sbom($0) }),
        ("purls:", { .purls($0) }),
    ]

    /// Parses a SOURCE of the command line; throws `usage` for text that is none.
    package init(_ text: String) throws {
        for scheme in Self.schemes where text.hasPrefix(scheme.prefix) {
            let path = String(text.dropFirst(scheme.prefix.count))
            // docker://NAME is another tool's way to name an image in a registry.
            if path.hasPrefix("//"), scheme.prefix == "docker:" { break }
            guard !path.isEmpty, !path.utf8.contains(0) else {
                throw ImageSourceError(.usage, "\(scheme.prefix) lacks what is to stand behind the colon")
            }
            self = scheme.make(path)
            return
        }
        guard let reference = ImageReference(text) else {
            let forms = Self.schemes.map(\.prefix).joined(separator: ", ")
            throw ImageSourceError(
                .usage,
                "\(text.prefix(200)): neither an image reference nor one of \(forms)\(Self.hint(text))"
            )
        }
        self = .registry(reference)
    }

    /// How to name what is there under this path.
    private static func hint(_ path: String) -> String {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return "" }
        let prefixes = isDirectory.boolValue ? ["dir:", "oci-dir:"] : ["docker-archive:", "oci-archive:", "sbom:"]
        return "; for what is at that path, say " + prefixes.map { $0 + path.prefix(200) }.joined(separator: " or ")
    }

    package var description: String {
        switch self {
        case .registry(let reference): "\(reference)"
        case .dockerArchive(let path): "docker-archive:\(path)"
        case .ociArchive(let path): "oci-archive:\(path)"
        case .ociDirectory(let path): "oci-dir:\(path)"
        case .engine(let kind, let name): "\(kind.rawValue):\(name)"
        case .directory(let path): "dir:\(path)"
        case .sbom(let path): "sbom:\(path)"
        case .purls(let path): "purls:\(path)"
        }
    }
}
