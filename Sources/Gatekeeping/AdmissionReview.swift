package import AnchoreAPI

/// What an API server of Kubernetes asks a validating webhook (`AdmissionReview`, admission.k8s.io/v1).
package struct AdmissionReview: Sendable {
    /// The bytes of a request are no review that can be answered; the text says why.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Bytes of a request: two objects of the largest size that Kubernetes keeps, and what is around them.
    package static let maxBytes = 8 << 20
    private static let version = "admission.k8s.io/v1"

    /// Names the question; the answer repeats it.
    package let uid: String
    /// Empty for what is in no namespace.
    package let namespace: String
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    package let operation: String
    /// The images that the object names and that it did not name before, each once, in the order of the object.
    ///
    /// An update that changes no image is never refused: else a workload whose image has been found bad since could not even
    /// be scaled down.
    package let images: [String]
    /// Whether the object names more images than are judged.
    package let hasTooMany: Bool
    /// Whether nothing may happen because of it (`kubectl apply --dry-run=server`).
    package let isDryRun: Bool

    package init(_ bytes: [UInt8]) throws(Failure) {
        let value: JSONValue
        do { value = try JSONReader.read(bytes) } catch { throw Failure(description: "the body is not JSON: \(error)") }
        guard value["kind"]?.string == "AdmissionReview", value["apiVersion"]?.string == Self.version,
            let request = value["request"], request.members != nil
        else { throw Failure(description: "the body is no AdmissionReview of \(Self.version) with a request") }
        guard let uid = request["uid"]?.string, (1...256).contains(uid.utf8.count) else {
            throw Failure(description: "the request has no uid")
        }
        self.uid = uid
        namespace = request["namespace"]?.string ?? ""
        operation = request["operation"]?.string ?? ""
        isDryRun = request["dryRun"]?.bool ?? false
        guard ["CREATE", "UPDATE"].contains(operation) else {
            images = []
            hasTooMany = false
            return
        }
        let before = operation == "UPDATE" ? Set(WorkloadImages.of(request["oldObject"])) : []
        let named = WorkloadImages.of(request["object"]).filter { !before.contains($0) }
        hasTooMany = named.count > WorkloadImages.maxImages
        images = Array(named.prefix(WorkloadImages.maxImages))
    }

    /// The answer: `refusal` says why the object is refused, `nil` lets it in, and `warnings` are told beside that.
    package func answer(refusal: String?, warnings: [String]) -> JSONValue {
        var response: [JSONMember] = [
            JSONMember("uid", .string(uid)), JSONMember("allowed", .bool(refusal == nil)),
        ]
        if let refusal {
            response.append(
                JSONMember(
                    "status",
                    [
                        "code": 403, "status": "Failure", "reason": "Forbidden",
                        "message": .string(ShownText.line(refusal, limit: 4096)),
                    ]
                )
            )
        }
        let shown = ShownText.warnings(warnings)
        if !shown.isEmpty { response.append(JSONMember("warnings", .strings(shown))) }
        return [
            "apiVersion": .string(Self.version), "kind": "AdmissionReview", "response": .object(response),
        ]
    }
}

/// Texts for those who run `kubectl`.
enum ShownText {
    /// Bounds that Kubernetes puts on warnings: bytes of one, and of all together.
    private static let warningBytes = 256
    private static let allWarningBytes = 4096

    /// On one line, cut to `limit` bytes.
    static func line(_ text: String, limit: Int) -> String {
        var line = ""
        var count = 0
        for scalar in text.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7f {
            count += UTF8.width(scalar)
            guard count <= limit else { return line }
            line.unicodeScalars.append(scalar)
        }
        return line
    }

    static func warnings(_ texts: [String]) -> [String] {
        var left = allWarningBytes
        var shown: [String] = []
        for text in texts {
            let line = line(text, limit: warningBytes)
            left -= line.utf8.count
            guard left >= 0 else { break }
            shown.append(line)
        }
        return shown
    }
}
