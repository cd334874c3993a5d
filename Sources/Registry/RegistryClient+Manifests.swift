import NIOHTTP1
package import ScanModel

extension RegistryClient {
    /// Finds out what a reference stands for now, without fetching it.
    ///
    /// A `HEAD` request, which registries do not count as a pull; where it is not supported or answers without a sound
    /// digest, type and size, the manifest is fetched after all.
    package func resolve(_ reference: ImageReference) async throws -> Descriptor {
        let endpoint = try RegistryEndpoint(reference.registry, options: options)
        let address = try manifestAddress(reference, endpoint)
        let subject = "\(reference)"
        let found: Descriptor? = try await retrying(subject) {
            let ask = RegistryRequest(
                .HEAD,
                endpoint,
                address,
                scope: Self.pullScope(reference.repository),
                headers: Self.acceptHeaders,
                subject: subject
            )
            return try await self.request(ask) { reply in
                // A HEAD answer has no body to explain a refusal: GET decides, and explains.
                if [400, 403, 405, 406, 501].contains(reply.status) { return nil }
                try await self.expect([200], reply, subject: subject)
                guard let digest = reply.headers.first(name: "docker-content-digest").flatMap({ Digest($0) }),
                    let size = reply.contentLength, size > 0, !ManifestDecoding.isGeneric(reply.mediaType)
                else { return nil }
                if let wanted = reference.digest, wanted != digest {
                    throw RegistryError(
                        .digestMismatch,
                        "\(subject): the registry answers with another digest, \(digest)"
                    )
                }
                return Descriptor(mediaType: reply.mediaType, digest: digest, size: size)
            }
        }
        if let found { return found }
        return try await manifest(reference).descriptor
    }

    /// Fetches a manifest or index and checks its digest: the one asked for, or else the one the registry states.
    ///
    /// Throws `tooLarge` over `RegistryOptions.maxManifestBytes` and `digestMismatch` for other bytes than named.
    package func manifest(_ reference: ImageReference) async throws -> FetchedManifest {
        let endpoint = try RegistryEndpoint(reference.registry, options: options)
        let address = try manifestAddress(reference, endpoint)
        let subject = "\(reference)"
        let limit = options.maxManifestBytes
        return try await retrying(subject) {
            let ask = RegistryRequest(
                .GET,
                endpoint,
                address,
                scope: Self.pullScope(reference.repository),
                cost: .pull,
                headers: Self.acceptHeaders,
                subject: subject
            )
            return try await self.request(ask) { reply in
                try await self.expect([200], reply, subject: subject)
                guard (reply.contentLength ?? 0) <= Int64(limit) else {
                    throw RegistryError(.tooLarge, "\(subject): the manifest has over \(limit) bytes")
                }
                let bytes = try await reply.body.collect(maxBytes: limit)
                let stated = reply.headers.first(name: "docker-content-digest").flatMap { Digest($0) }
                return try Self.checked(bytes, type: reply.mediaType, reference, stated: stated, subject: subject)
            }
        }
    }

    private static func checked(
        _ bytes: [UInt8],
        type: String,
        _ reference: ImageReference,
        stated: Digest?,
        subject: String
    ) throws -> FetchedManifest {
        let isSigned = MediaType.isSchema1(type) || ManifestDecoding.isGeneric(type)
        var bytes = bytes
        // Signatures of schema 1 are no part of what its digest is made of, and so are not read either.
        if isSigned, let expected = reference.digest ?? stated, let payload = SignedManifest.payload(of: bytes),
            (try? ContentDigest.check(payload, against: expected, subject: subject)) != nil  // else all of it must fit
        {
            bytes = payload
        }
        let digest = try checkedDigest(of: bytes, asked: reference.digest, stated: stated, subject: subject)
        let own = ManifestDecoding.isGeneric(type) ? ManifestDecoding.bodyMediaType(bytes) : nil
        return FetchedManifest(
            descriptor: Descriptor(mediaType: own ?? type, digest: digest, size: Int64(bytes.count)),
            bytes: bytes
        )
    }

    private static func checkedDigest(of bytes: [UInt8], asked: Digest?, stated: Digest?, subject: String) throws
        -> Digest
    {
        if let expected = asked ?? stated {
            try ContentDigest.check(bytes, against: expected, subject: subject)
            return expected
        }
        guard let digest = ContentDigest.of(bytes, algorithm: .sha256) else {
            throw RegistryError(.digestMismatch, "\(subject): no digest could be computed")
        }
        return digest
    }

    private static var acceptHeaders: [(name: String, value: String)] {
        [("accept", MediaType.acceptedManifests.joined(separator: ", "))]
    }

    private func manifestAddress(_ reference: ImageReference, _ endpoint: RegistryEndpoint) throws -> WebAddress {
        let name = reference.manifestReference
        guard reference.digest != nil || ImageName.isTag(name) else {
            throw RegistryError(.invalidReference, "\(endpoint.name): \(PlainText.line(name)) is not a tag")
        }
        return try endpoint.address(repository: reference.repository, "manifests/\(name)")
    }
}
