/// An answer that is no success, in the form that Anchore's clients read: `{message, httpcode, detail}`.
package struct AnchoreError: Error, Sendable, Equatable {
    package var status: Int
    package var message: String
    package var errorCodes: [String]
    /// Members of `detail` beside the codes.
    package var detail: [JSONMember]
    /// What a validating framework says about a body; it has a form of its own (RFC 7807).
    package var isSchemaProblem: Bool
    /// Seconds after which the client may try again, for the header of that name.
    package var retryAfter: Int?

    package init(
        _ status: Int,
        _ message: String,
        codes: [String] = [],
        detail: [JSONMember] = [],
        isSchemaProblem: Bool = false
    ) {
        self.status = status
        self.message = message
        errorCodes = codes
        self.detail = detail
        self.isSchemaProblem = isSchemaProblem
    }

    package var json: JSONValue {
        if isSchemaProblem {
            return [
                "detail": .string(message), "status": .int(status), "title": "Bad Request", "type": "about:blank",
            ]
        }
        return [
            "message": .string(message), "httpcode": .int(status),
            "detail": .object([JSONMember("error_codes", .strings(errorCodes))] + detail),
        ]
    }

    /// Too many failed logins: refused as another failed one is, with the time to wait.
    package static func tooManyLogins(seconds: Int) -> AnchoreError {
        var error = AnchoreError(401, "too many failed logins; try again in \(seconds) s")
        error.retryAfter = seconds
        return error
    }

    /// A request that cannot be understood (400).
    package static func badRequest(_ message: String) -> AnchoreError { AnchoreError(400, message) }
    /// Something that there is not (404).
    package static func notFound(_ message: String) -> AnchoreError { AnchoreError(404, message) }

    /// A body that lacks `key`; clients look for these words.
    package static func missing(_ key: String) -> AnchoreError {
        AnchoreError(400, "'\(key)' is a required property", isSchemaProblem: true)
    }

    /// A body whose `key` is of another type than it should be.
    package static func wrongType(_ key: String, _ type: String) -> AnchoreError {
        AnchoreError(400, "'\(key)' is not of type '\(type)'", isSchemaProblem: true)
    }

    /// The credentials are good and not enough.
    package static func forbidden(domain: String, action: String, target: String) -> AnchoreError {
        AnchoreError(403, "Not authorized. Requires permissions: domain=\(domain) action=\(action) target=\(target)")
    }

    /// The image cannot be asked about yet; clients look for these words.
    package static func notAnalyzed(_ status: AnalysisStatus) -> AnchoreError {
        AnchoreError(404, "image is not analyzed - analysis_status: \(status.rawValue)")
    }
}

/// The error codes that clients may meet, as `system errorcodes` lists them.
package enum ErrorCatalogue {
    package static let all: [(name: String, description: String)] = [
        (
            "REGISTRY_PERMISSION_DENIED",
            "The registry refused access to the image with the credentials that are known for it."
        ),
        ("REGISTRY_IMAGE_NOT_FOUND", "The registry does not have the image."),
        ("REGISTRY_NOT_ACCESSIBLE", "The registry does not answer, or not as a registry does."),
        ("REGISTRY_NOT_SUPPORTED", "The registry, or the kind of image, is not one that can be read."),
        ("SKOPEO_UNKNOWN_ERROR", "The registry failed in a way that has no code of its own."),
        ("UNKNOWN", "A failure that has no code of its own."),
        ("FEED_SYNC_ALREADY_IN_PROGRESS", "The feeds are being synchronised already."),
        ("OSARCH_MISMATCH", "The image is for another operating system or architecture than was asked for."),
    ]

    package static var json: JSONValue {
        .array(all.map { ["name": .string($0.name), "description": .string($0.description)] })
    }
}
