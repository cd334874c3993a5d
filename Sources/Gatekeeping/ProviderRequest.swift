package import AnchoreAPI

/// What OPA Gatekeeper asks a provider of external data (externaldata.gatekeeper.sh/v1beta1): here, about images.
package struct ProviderRequest: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package static let maxBytes = 1 << 20
    package static let maxKeys = 1000
    private static let versions: Set<String> = [
        "externaldata.gatekeeper.sh/v1beta1", "externaldata.gatekeeper.sh/v1alpha1",
    ]
    private static let standardVersion = "externaldata.gatekeeper.sh/v1beta1"

    package let version: String
    package let keys: [String]

    package init(_ bytes: [UInt8]) throws(Failure) {
        let value: JSONValue
        do { value = try JSONReader.read(bytes) } catch { throw Failure(description: "the body is not JSON: \(error)") }
        guard value["kind"]?.string == "ProviderRequest", let version = value["apiVersion"]?.string,
            Self.versions.contains(version), let keys = value["request"]?["keys"]?.array
        else { throw Failure(description: "the body is no ProviderRequest of \(Self.standardVersion) with keys") }
        let names = keys.compactMap(\.string)
        guard names.count == keys.count, names.count <= Self.maxKeys else {
            throw Failure(description: "keys must be up to \(Self.maxKeys) texts")
        }
        self.version = version
        self.keys = names
    }

    /// The answer: an item a key, in the order of the keys.
    package func answer(_ verdicts: [ImageVerdict]) -> JSONValue {
        Self.answer(version, verdicts.map(\.item), systemError: "")
    }

    /// The answer to what could not be read or looked at at all; Gatekeeper takes failures in this form alone.
    package static func failure(_ message: String) -> JSONValue {
        answer(standardVersion, [], systemError: ShownText.line(message, limit: 1024))
    }

    private static func answer(_ version: String, _ items: [JSONValue], systemError: String) -> JSONValue {
        [
            "apiVersion": .string(version), "kind": "ProviderResponse",
            "response": [
                "idempotent": true, "items": .array(items), "systemError": .string(systemError),
            ],
        ]
    }
}

/// What is known of an image that somebody wants to run.
package struct ImageVerdict: Sendable, Equatable {
    package enum Status: String, Sendable {
        case pass, fail
        /// It has no verdict (yet): not analysed, being analysed, or no image that we know how to find.
        case unknown
    }

    /// Reasons that are shown of a failure.
    package static let maxReasons = 5

    /// The name as it was asked about.
    package var image: String
    package var status: Status
    package var digest: String?
    package var policy: String?
    package var action: GateAction?
    /// What fired, or why there is no verdict.
    package var reasons: [String]
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    package var evaluatedAt: String?
    /// Whether an unknown one is to be refused.
    package var refusesUnknown = true

    package init(image: String, status: Status, reasons: [String] = []) {
        self.image = image
        self.status = status
        self.reasons = reasons
    }

    /// The verdict as one line for people.
    package var sentence: String {
        switch status {
        case .pass: "image \(image) passes policy \(policy ?? "")"
        case .fail: "image \(image) is stopped by policy \(policy ?? ""): " + reasons.joined(separator: "; ")
        case .unknown: "image \(image) has no verdict: " + reasons.joined(separator: "; ")
        }
    }

    var item: JSONValue {
        let value: JSONValue = [
            "image": .string(image), "status": .string(status.rawValue), "digest": .string(digest),
            "policy": .string(policy), "action": .string(action?.rawValue), "reasons": .strings(reasons),
            "evaluated_at": .string(evaluatedAt),
        ]
        let isError = status == .unknown && refusesUnknown
        return [
            "key": .string(image), "value": value,
            "error": .string(isError ? ShownText.line(sentence, limit: 1024) : ""),
        ]
    }
}
